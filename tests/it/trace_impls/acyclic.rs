//! What can have no cycle, and is not tracked.

use std::alloc::{Layout, LayoutError, System};
use std::any::{Any, TypeId};
use std::backtrace::{Backtrace, BacktraceStatus};
use std::borrow::Cow;
use std::cell::{BorrowError, BorrowMutError, Cell, LazyCell, OnceCell, RefCell, UnsafeCell};
use std::cmp::Reverse;
use std::collections::{
    BTreeMap, BTreeSet, BinaryHeap, HashMap, HashSet, LinkedList, TryReserveError, VecDeque, binary_heap, btree_map,
    btree_set, hash_map, hash_set, linked_list, vec_deque,
};
use std::convert::Infallible;
use std::error::Error;
use std::ffi::{self, CStr, CString, OsStr, OsString};
use std::fs::{self, File};
use std::future::{self, Future};
use std::hash::{BuildHasherDefault, DefaultHasher, RandomState};
use std::marker::{PhantomData, PhantomPinned};
use std::mem::{Discriminant, ManuallyDrop};
use std::net::{self, IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};
use std::num::{self, NonZero, Saturating, Wrapping};
use std::ops::{Bound, ControlFlow, Range, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};
use std::panic::{AssertUnwindSafe, Location};
use std::path::{self, Path, PathBuf};
use std::pin::Pin;
use std::process::{self, Child, Command, ExitCode, ExitStatus, Stdio};
use std::ptr::NonNull;
use std::rc::{self, Rc};
use std::sync::atomic::{self, AtomicPtr};
use std::sync::{self, Arc, LazyLock, Mutex, OnceLock, RwLock, mpsc};
use std::task::{Poll, Waker};
use std::thread::{self, JoinHandle, Thread, ThreadId};
use std::time::{Duration, Instant, SystemTime, SystemTimeError};
use std::{array, ascii, char, cmp, env, fmt, io, iter, option, result, slice, str, string, vec};

use super::{Node, UserHasher};
use gc_core::{Acyclic, Cc, Leaf, Trace, gc};
use static_assertions::{assert_impl_all, assert_not_impl_any};

type Cycle = RefCell<Option<Cc<Node>>>;

/// Says so of each type to the compiler, and asks it at run time.
macro_rules! leaves {
    ($test:ident: $($leaf:ty),+ $(,)?) => {
        #[test]
        fn $test() {
            $({
                assert_impl_all!($leaf: Acyclic, Leaf);
                assert!(<$leaf>::is_acyclic(), stringify!($leaf));
            })+
        }
    };
}

/// The same, where there is nobody to ask.
macro_rules! unsized_leaves {
    ($($leaf:ty),+ $(,)?) => {$(
        assert_impl_all!($leaf: Acyclic, Leaf);
        assert_impl_all!(Box<$leaf>: Acyclic, Leaf);
    )+};
}

leaves! { primitives:
    (), bool, char, f32, f64,
    i8, i16, i32, i64, i128, isize,
    u8, u16, u32, u64, u128, usize,
    String, &'static str,
}

leaves! { numbers:
    NonZero<i8>, NonZero<i16>, NonZero<i32>, NonZero<i64>, NonZero<i128>, NonZero<isize>,
    NonZero<u8>, NonZero<u16>, NonZero<u32>, NonZero<u64>, NonZero<u128>, NonZero<usize>,
    Wrapping<u8>, Saturating<u8>,
    num::FpCategory, num::IntErrorKind, num::ParseFloatError, num::ParseIntError, num::TryFromIntError,
}

leaves! { atomics:
    atomic::AtomicBool,
    atomic::AtomicI8, atomic::AtomicI16, atomic::AtomicI32, atomic::AtomicI64, atomic::AtomicIsize,
    atomic::AtomicU8, atomic::AtomicU16, atomic::AtomicU32, atomic::AtomicU64, atomic::AtomicUsize,
    AtomicPtr<Cycle>, atomic::Ordering,
}

leaves! { data:
    Duration, Instant, SystemTime, SystemTimeError, std::time::TryFromFloatSecsError,
    TypeId, PhantomData<Cycle>, PhantomData<dyn Any>, PhantomPinned, Infallible, Discriminant<Cycle>,
    Layout, LayoutError, System, Location<'static>, Backtrace, BacktraceStatus,
    cmp::Ordering, Reverse<u8>,
    DefaultHasher, RandomState, BuildHasherDefault<DefaultHasher>,
    Range<u8>, RangeFrom<u8>, RangeFull, RangeInclusive<u8>, RangeTo<u8>, RangeToInclusive<u8>, Bound<u8>,
    ControlFlow<u8, u8>, Poll<u8>,
}

leaves! { errors:
    array::TryFromSliceError, BorrowError, BorrowMutError, TryReserveError,
    char::CharTryFromError, char::DecodeUtf16Error, char::ParseCharError, char::TryFromCharError,
    fmt::Error, fmt::Alignment,
    str::ParseBoolError, str::Utf8Error, string::FromUtf8Error, string::FromUtf16Error,
    env::JoinPathsError, env::VarError,
    ffi::FromBytesUntilNulError, ffi::FromBytesWithNulError, ffi::FromVecWithNulError, ffi::IntoStringError,
    ffi::NulError,
    io::Error, io::ErrorKind, io::IntoInnerError<BufWriter>, io::WriterPanicked,
    net::AddrParseError, path::StripPrefixError, thread::AccessError,
    sync::PoisonError<u8>, sync::TryLockError<u8>,
    mpsc::RecvError, mpsc::RecvTimeoutError, mpsc::TryRecvError, mpsc::SendError<u8>, mpsc::TrySendError<u8>,
}

type BufWriter = io::BufWriter<File>;

leaves! { what_others_own_too:
    Rc<Cycle>, Rc<dyn Any>, rc::Weak<Cycle>, Arc<Cycle>, sync::Weak<Cycle>,
    &'static Cycle, *const Cycle, *mut Cycle, *const dyn Any, NonNull<Cycle>,
    mpsc::Sender<Cycle>, mpsc::SyncSender<Cycle>, mpsc::Receiver<Cycle>,
    thread::LocalKey<Cycle>, JoinHandle<Cycle>, Waker,
}

leaves! { what_cannot_be_seen:
    ManuallyDrop<Cycle>, UnsafeCell<Cycle>, LazyCell<Cycle>, LazyLock<Cycle>,
    future::Ready<Cycle>, future::Pending<Cycle>,
}

leaves! { cells_and_locks_of_leaves:
    Cell<u8>, RefCell<u8>, OnceCell<u8>, OnceLock<u8>, Mutex<u8>, RwLock<u8>,
    sync::Barrier, sync::BarrierWaitResult, sync::Condvar, sync::WaitTimeoutResult, sync::Once, sync::OnceState,
}

leaves! { system:
    CString, OsString, ffi::c_void, PathBuf,
    path::Component<'static>, path::Components<'static>, path::PrefixComponent<'static>,
    env::Args, env::ArgsOs, env::Vars, env::VarsOs,
    File, fs::DirBuilder, fs::DirEntry, fs::FileTimes, fs::FileType, fs::Metadata, fs::OpenOptions,
    fs::Permissions, fs::ReadDir,
    IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6,
    net::TcpListener, net::TcpStream, net::UdpSocket, net::Shutdown,
    Child, process::ChildStderr, process::ChildStdin, process::ChildStdout, Command, ExitCode, ExitStatus,
    process::Output, Stdio,
    Thread, ThreadId, thread::Builder,
}

#[cfg(unix)]
leaves! { unix:
    std::os::fd::BorrowedFd<'static>, std::os::fd::OwnedFd,
    std::os::unix::net::SocketAddr, std::os::unix::net::UnixDatagram, std::os::unix::net::UnixListener,
    std::os::unix::net::UnixStream,
}

leaves! { readers_and_writers:
    BufWriter, io::LineWriter<File>, io::BufReader<File>, io::Cursor<Vec<u8>>,
    io::Bytes<File>, io::Chain<File, File>, io::Lines<File>, io::Split<File>, io::Take<File>,
    io::Empty, io::Repeat, io::Sink, io::SeekFrom,
    io::Stderr, io::StderrLock<'static>, io::Stdin, io::StdinLock<'static>, io::Stdout, io::StdoutLock<'static>,
}

/// An iterator of something that is not `Trace`.
type Nodes = iter::FromFn<fn() -> Option<Cc<Node>>>;

leaves! { iterators:
    vec::IntoIter<u8>, array::IntoIter<u8, 3>,
    option::IntoIter<Cycle>, result::IntoIter<Cycle>, vec_deque::IntoIter<Cycle>, linked_list::IntoIter<Cycle>,
    binary_heap::IntoIter<Cycle>, btree_set::IntoIter<Cycle>, hash_set::IntoIter<Cycle>, mpsc::IntoIter<Cycle>,
    btree_map::IntoIter<u8, Cycle>, btree_map::IntoKeys<u8, Cycle>, btree_map::IntoValues<u8, Cycle>,
    hash_map::IntoIter<u8, Cycle>, hash_map::IntoKeys<u8, Cycle>, hash_map::IntoValues<u8, Cycle>,
    iter::Chain<Nodes, Nodes>, iter::Cloned<Nodes>, iter::Copied<Nodes>, iter::Cycle<Nodes>, iter::Empty<Cycle>,
    iter::Enumerate<Nodes>, iter::Filter<Nodes, fn()>, iter::FilterMap<Nodes, fn()>, Nodes, iter::Fuse<Nodes>,
    iter::Inspect<Nodes, fn()>, iter::Map<Nodes, fn()>, iter::MapWhile<Nodes, fn()>, iter::Once<Cycle>,
    iter::OnceWith<fn()>, iter::Peekable<Nodes>, iter::Repeat<Cycle>, iter::RepeatN<Cycle>, iter::RepeatWith<fn()>,
    iter::Rev<Nodes>, iter::Scan<Nodes, Cycle, fn()>, iter::Skip<Nodes>, iter::SkipWhile<Nodes, fn()>,
    iter::StepBy<Nodes>, iter::Successors<Cycle, fn()>, iter::Take<Nodes>, iter::TakeWhile<Nodes, fn()>,
    iter::Zip<Nodes, Nodes>,
    slice::Iter<'static, Cycle>, slice::IterMut<'static, Cycle>, slice::Chunks<'static, Cycle>,
    slice::ChunksExact<'static, Cycle>, slice::Windows<'static, Cycle>,
    str::Bytes<'static>, str::CharIndices<'static>, str::Chars<'static>, str::EncodeUtf16<'static>,
    str::Lines<'static>, str::SplitAsciiWhitespace<'static>, str::SplitWhitespace<'static>,
    ascii::EscapeDefault, char::EscapeDebug, char::EscapeDefault, char::EscapeUnicode, char::ToLowercase,
    char::ToUppercase, char::DecodeUtf16<array::IntoIter<u16, 3>>,
}

leaves! { functions:
    fn(), fn() -> !, fn(Cc<Node>) -> Cc<Node>, unsafe fn(u8), extern "C" fn(u8) -> u8, unsafe extern "C" fn(*mut u8),
    fn(u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8),
    unsafe extern "C" fn(u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8) -> u8,
}

unsized_leaves! {
    str, CStr, OsStr, Path, [u8], [String],
    dyn Any, dyn Any + Send, dyn Any + Send + Sync,
    dyn Error, dyn Error + Send, dyn Error + Send + Sync,
    dyn fmt::Debug, dyn fmt::Display, dyn fmt::Write,
    dyn io::Read, dyn io::Read + Send, dyn io::BufRead, dyn io::BufRead + Send, dyn io::Write, dyn io::Write + Send,
    dyn Iterator<Item = Cycle>, dyn Iterator<Item = Cycle> + Send,
    dyn Future<Output = Cycle>, dyn Future<Output = Cycle> + Send,
    dyn Fn(), dyn Fn(Cycle) -> Cycle, dyn Fn(u8) -> u8 + Send, dyn Fn(u8) -> u8 + Send + Sync,
    dyn FnMut(), dyn FnMut() + Send, dyn FnMut() + Send + Sync,
    dyn FnOnce(), dyn FnOnce() + Send, dyn FnOnce() + Send + Sync,
    dyn Fn(u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8, u8) -> u8,
    ManuallyDrop<[Cycle]>, UnsafeCell<[Cycle]>,
}

leaves! { containers_of_leaves:
    Option<u8>, Result<u8, String>, [u8; 3], (u8, String), Box<u8>, Pin<Rc<Cycle>>,
    Vec<u8>, VecDeque<u8>, LinkedList<u8>, BinaryHeap<u8>, BTreeMap<u8, String>, BTreeSet<u8>,
    HashMap<u8, String>, HashSet<u8>, HashSet<u8, UserHasher>,
    Cow<'static, str>, Cow<'static, [u8]>, Cow<'static, Path>, AssertUnwindSafe<u8>,
    Vec<Option<(u8, Cell<char>)>>,
}

#[test]
fn objects_of_leaves_are_untracked() {
    macro_rules! untracked {
        ($($value:expr,)+) => {$(
            assert!(!gc::is_tracked(&Cc::new($value)), stringify!($value));
        )+};
    }

    gc::disable();
    untracked! {
        1, "text", String::from("text"),
        Rc::<Cycle>::default(), gc::disable as fn(), u8::wrapping_add as fn(u8, u8) -> u8,
        vec![String::new()], HashMap::from([(1, "a")]), Cow::from("text"),
        RefCell::new(1), Mutex::new(String::new()), LazyCell::new(String::new),
        vec![1].into_iter(), 1..=5, Path::new("a").to_path_buf(),
    }
}

#[test]
fn a_box_knows_only_contents_without_destructor_to_be_acyclic() {
    gc::disable();
    assert!(gc::is_tracked(&Cc::new(Box::new(String::new()))));
    assert!(!gc::is_tracked(&Cc::new(Box::new(5))));
    assert!(!gc::is_tracked(&Cc::new(RefCell::new(String::new()))));
}

/// A type with an edge that is nevertheless acyclic.
#[derive(Trace, Clone)]
#[trace(acyclic)]
struct Parent {
    _child: Cc<String>,
}

assert_impl_all!(Box<RefCell<String>>: Acyclic);
assert_impl_all!(RefCell<HashMap<String, Vec<u8>>>: Acyclic);
assert_impl_all!(Vec<Option<Box<[(Cc<Parent>, u8)]>>>: Acyclic);
assert_impl_all!(Pin<Cc<Parent>>: Acyclic);
assert_impl_all!(Cow<'static, Parent>: Acyclic);
assert_impl_all!(Range<LinkedList<Parent>>: Acyclic);

// An edge to what is acyclic makes nobody a leaf.
assert_not_impl_any!(Parent: Leaf);
assert_not_impl_any!(Pin<Cc<Parent>>: Leaf);
assert_not_impl_any!(Cow<'static, Parent>: Leaf);
assert_not_impl_any!(BinaryHeap<Parent>: Leaf);

assert_not_impl_any!(Vec<Cc<Node>>: Acyclic);
assert_not_impl_any!((u8, Cc<Node>): Acyclic);
assert_not_impl_any!(Pin<Cc<Node>>: Acyclic);
assert_not_impl_any!(Cow<'static, [Cc<Node>]>: Acyclic);
assert_not_impl_any!(vec::IntoIter<Cc<Node>>: Acyclic);

// A pointer in a cell could be changed to close a cycle.
assert_not_impl_any!(Cell<Option<Cc<Parent>>>: Acyclic);
assert_not_impl_any!(RefCell<Vec<Cc<Parent>>>: Acyclic);
assert_not_impl_any!(OnceCell<Cc<Parent>>: Acyclic);
assert_not_impl_any!(OnceLock<Cc<Parent>>: Acyclic);
assert_not_impl_any!(Mutex<Parent>: Acyclic);
assert_not_impl_any!(RwLock<Parent>: Acyclic);
