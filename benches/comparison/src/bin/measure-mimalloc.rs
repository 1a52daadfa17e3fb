//! Measures with mimalloc as everybody's allocator: see [`gc_core_comparison::measure`].

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    gc_core_comparison::measure::main()
}
