//! Readers, writers and their errors.

use std::io::{
    self, BufReader, BufWriter, Bytes, Chain, Cursor, Empty, IntoInnerError, LineWriter, Lines, Repeat, SeekFrom, Sink,
    Split, Stderr, StderrLock, Stdin, StdinLock, Stdout, StdoutLock, Take, Write, WriterPanicked,
};

use crate::leaf;

leaf! {
    io::Error, io::ErrorKind,
    Empty, Repeat, Sink,
    SeekFrom,
    Stderr, StderrLock<'static>, Stdin, StdinLock<'static>, Stdout, StdoutLock<'static>,
    WriterPanicked,
}

parts! {
    Cursor<T>: [T] { cursor => [cursor.get_ref()] }
    BufReader<R>: [R] { reader => [reader.get_ref()] }
    Take<T>: [T] { reader => [reader.get_ref()] }
    Chain<T, U>: [T, U] { reader => [.first = reader.get_ref().0, .second = reader.get_ref().1] }
}

// Their contents cannot be seen, or are written to at the end: rules 2 and 6.
leaf! {
    BufWriter<W>: [W: Write + 'static],
    LineWriter<W>: [W: Write + 'static],
    IntoInnerError<W>: [W: 'static],
    Bytes<R>: [R: 'static],
    Lines<B>: [B: 'static],
    Split<B>: [B: 'static],
}
