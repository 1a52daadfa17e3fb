#[test]
fn fallible() -> Result<(), Box<dyn Error>> {
    read()?;
    Ok(())
}

// Expands to:

#[test]
fn fallible() -> Result<(), Box<dyn Error>> {
    fn fallible() -> Result<(), Box<dyn Error>> {
        read()?;
        Ok(())
    }
    lib::gc::inspect::__private::leak_checked(fallible)
}
