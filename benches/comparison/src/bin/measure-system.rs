//! Measures with the system's allocator: see [`gc_core_comparison::measure`].

fn main() -> std::process::ExitCode {
    gc_core_comparison::measure::main()
}
