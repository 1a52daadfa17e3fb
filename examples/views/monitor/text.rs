//! Numbers and names as people read them.

/// An integer, in groups of three digits.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of bytes.
pub(crate) fn bytes(bytes: usize) -> String {
    const UNITS: [(f64, &str); 2] = [(1_048_576.0, "MiB"), (1_024.0, "KiB")];
    let number = bytes as f64;
    match UNITS.iter().find(|(unit, _)| number >= *unit) {
        Some((unit, name)) => format!("{:.1} {name}", number / unit),
        None => format!("{bytes} B"),
    }
}

/// The name of a type, without the modules that it and its arguments are in.
pub(crate) fn type_name(name: &str) -> String {
    let is_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let parts = name.split_inclusive(|c| !is_path(c));
    parts.map(|part| part.rsplit_once("::").map_or(part, |(_, name)| name)).collect()
}
