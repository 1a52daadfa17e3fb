//! What belongs to the operating system: files and paths, the network, processes, threads, the environment.

use std::alloc::System;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::env::{self, VarError};
use std::ffi::{
    CStr, CString, FromBytesUntilNulError, FromBytesWithNulError, FromVecWithNulError, IntoStringError, NulError,
    OsStr, OsString, c_void,
};
use std::fs::{self, File};
use std::net::{
    AddrParseError, IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, SocketAddr, SocketAddrV4, SocketAddrV6, TcpListener,
    TcpStream, UdpSocket,
};
use std::path::{Component, Components, Path, PathBuf, PrefixComponent, StripPrefixError};
use std::process::{self, Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitCode, ExitStatus, Stdio};
use std::thread::{self, Thread, ThreadId};

use crate::leaf;

leaf! {
    CStr, OsStr, c_void,
    FromBytesUntilNulError, FromBytesWithNulError, FromVecWithNulError, IntoStringError, NulError,
    Path, Component<'static>, Components<'static>, PrefixComponent<'static>, StripPrefixError,
}

parts! {
    CString: [] { text => [] + text.as_bytes_with_nul().len() }
    OsString: [] { text => [] + text.capacity() }
    PathBuf: [] { path => [] + path.capacity() }
}

leaf! {
    File,
    fs::DirBuilder, fs::DirEntry, fs::FileTimes, fs::FileType, fs::Metadata, fs::OpenOptions, fs::Permissions,
    fs::ReadDir,
}

leaf! {
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6, AddrParseError,
    TcpListener, TcpStream, UdpSocket, Shutdown,
}

leaf! {
    Child, ChildStderr, ChildStdin, ChildStdout, Command, ExitCode, ExitStatus, process::Output, Stdio,
}

leaf! { Thread, ThreadId, thread::AccessError, thread::Builder }

leaf! {
    VarError, env::Args, env::ArgsOs, env::JoinPathsError, env::Vars, env::VarsOs,
    Backtrace, BacktraceStatus,
    System,
}

#[cfg(unix)]
leaf! {
    std::os::fd::BorrowedFd<'static>,
    std::os::fd::OwnedFd,
    std::os::unix::net::SocketAddr,
    std::os::unix::net::UnixDatagram,
    std::os::unix::net::UnixListener,
    std::os::unix::net::UnixStream,
}

#[cfg(windows)]
leaf! {
    std::os::windows::io::BorrowedHandle<'static>,
    std::os::windows::io::BorrowedSocket<'static>,
    std::os::windows::io::OwnedHandle,
    std::os::windows::io::OwnedSocket,
}
