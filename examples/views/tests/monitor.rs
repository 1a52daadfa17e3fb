//! The example `monitor`, driven through a pseudo-terminal as a person would: keys are pressed, and the screen has to
//! change as they say.
//!
//! Nothing here sleeps. What must be seen is waited for, and only what takes far too long fails.
#![forbid(unsafe_code)]
#![cfg(all(unix, not(miri)))]

use pty_process::Size;
use pty_process::blocking::{Command, Pty, open};
use std::env;
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{self, Child, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take, on the slowest of machines.
const PATIENCE: Duration = Duration::from_secs(30);
/// The lines and columns of the terminal.
const SIZE: (u16, u16) = (34, 110);

/// The example, which is where cargo puts what it builds along with the tests.
fn executable() -> PathBuf {
    let this = env::current_exe().expect("this executable has a path");
    let profile = this.parent().and_then(|deps| deps.parent()).expect("it is in `deps`");
    let path = profile.join("examples").join("monitor");
    assert!(path.exists(), "{} is missing: `cargo build --example monitor`", path.display());
    path
}

/// A terminal with a program in it, which is killed if the test fails.
struct Terminal {
    keyboard: Arc<Pty>,
    output: Receiver<Vec<u8>>,
    parser: vt100::Parser,
    child: Child,
}

impl Terminal {
    fn start(command: Command) -> Terminal {
        let (pty, inside) = open().expect("a pseudo-terminal");
        let (lines, columns) = SIZE;
        pty.resize(Size::new(lines, columns)).expect("it has a size");
        let child = command.env("TERM", "xterm-256color").spawn(inside).expect("the program starts");
        let keyboard = Arc::new(pty);
        let (sender, output) = channel();
        let pty = keyboard.clone();
        // Ends when the program does, or the test. On Linux the end of the program is an error here.
        thread::spawn(move || {
            let mut buffer = [0; 4_096];
            while let Ok(len @ 1..) = (&*pty).read(&mut buffer) {
                if sender.send(buffer[..len].to_vec()).is_err() {
                    break;
                }
            }
        });
        Terminal { keyboard, output, parser: vt100::Parser::new(lines, columns, 0), child }
    }

    fn press(&self, keys: &str) {
        (&*self.keyboard).write_all(keys.as_bytes()).expect("the terminal takes keys");
    }

    /// Waits until there is something on the screen, and gives it.
    #[track_caller]
    fn wait<T>(&mut self, what: &str, mut find: impl FnMut(&vt100::Screen) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(found) = find(self.parser.screen()) {
                return found;
            }
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(error) => panic!("no {what} ({error}) in:\n{}", self.parser.screen().contents()),
            }
        }
    }

    #[track_caller]
    fn wait_for(&mut self, text: &str) {
        self.wait(text, |screen| screen.contents().contains(text).then_some(()));
    }

    /// Reads the rest of what the program has to say, and how it has ended.
    #[track_caller]
    fn end(mut self) -> (vt100::Screen, ExitStatus) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.output.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
                Ok(bytes) => self.parser.process(&bytes),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => panic!("it goes on:\n{}", self.parser.screen().contents()),
            }
        }
        let status = self.child.wait().expect("its end");
        (self.parser.screen().clone(), status)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        // It may have ended.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn number(text: &str) -> Option<usize> {
    text.replace(',', "").parse().ok()
}

/// How many steps the server has done.
fn steps(screen: &vt100::Screen) -> Option<usize> {
    let contents = screen.contents();
    let (_, rest) = contents.split_once(" step ")?;
    number(rest.split_whitespace().next()?)
}

/// The columns of a line in the table of generations: objects, their size and its unit, collections, garbage found.
fn columns(screen: &vt100::Screen, name: &str) -> Option<Vec<String>> {
    let contents = screen.contents();
    let (_, rest) = contents.split_once(&format!("│{name} "))?;
    let (columns, _) = rest.split_once('│')?;
    Some(columns.split_whitespace().map(String::from).collect())
}

fn objects(screen: &vt100::Screen, name: &str) -> Option<usize> {
    number(columns(screen, name)?.first()?)
}

fn collections(screen: &vt100::Screen, name: &str) -> Option<usize> {
    number(columns(screen, name)?.get(3)?)
}

#[test]
fn keys_do_what_they_say() {
    let mut terminal = Terminal::start(Command::new(executable()));
    terminal.wait_for("gc-core monitor");
    terminal.wait_for("running");
    let start = terminal.wait("steps", steps);
    terminal.wait("progress", |screen| (steps(screen)? > start).then_some(()));
    let screen = terminal.parser.screen();
    assert!(screen.alternate_screen() && screen.hide_cursor(), "it has the screen to itself");

    // While the server waits, only keys change anything.
    terminal.press("p");
    terminal.wait_for(" paused ");
    terminal.wait_for("the server waits");
    let steps_at_pause = terminal.wait("steps", steps);
    let [young, old] = ["young", "old"].map(|name| terminal.wait(name, |screen| collections(screen, name)));
    for (key, message) in [("+", "32 steps a frame"), ("-", "16 steps a frame")] {
        terminal.press(key);
        terminal.wait_for(message);
        assert_eq!(steps(terminal.parser.screen()), Some(steps_at_pause));
    }

    terminal.press("c");
    terminal.wait("full collection", |screen| (collections(screen, "old")? == old + 1).then_some(()));
    terminal.wait_for("collect(Old): ");
    terminal.press("y");
    terminal.wait("young collection", |screen| (collections(screen, "young")? == young + 1).then_some(()));
    terminal.wait_for("collect(Young): 0 objects");
    assert_eq!(collections(terminal.parser.screen(), "old"), Some(old + 1));

    let all = terminal.wait("objects", |screen| objects(screen, "old").filter(|&old| old > 0));
    terminal.press("f");
    terminal.wait("frozen objects", |screen| (objects(screen, "frozen")? == all).then_some(()));
    terminal.wait("nothing in the old generation", |screen| (objects(screen, "old")? == 0).then_some(()));
    terminal.press("f");
    terminal.wait("no frozen objects", |screen| (objects(screen, "frozen")? == 0).then_some(()));
    terminal.wait("all of them back", |screen| (objects(screen, "old")? == all).then_some(()));

    terminal.press("g");
    terminal.wait_for("collector off");
    terminal.press("g");
    terminal.wait_for("collector on");

    assert_eq!(steps(terminal.parser.screen()), Some(steps_at_pause));
    terminal.press(" ");
    terminal.wait("progress", |screen| (steps(screen)? > steps_at_pause).then_some(()));
    terminal.press("q");
    assert!(terminal.end().1.success());
}

/// A shell has the terminal before and after, and asks what state it is in.
#[test]
fn the_terminal_is_given_back() {
    for key in ["q", "\u{1b}", "\u{3}"] {
        let script = r#""$0"; status=$?; stty -a; exit $status"#;
        let mut terminal = Terminal::start(Command::new("sh").arg("-c").arg(script).arg(executable()));
        terminal.wait_for("gc-core monitor");
        terminal.press(key);
        let (screen, status) = terminal.end();
        let contents = screen.contents();
        assert!(status.success(), "{key:?}: {status}\n{contents}");
        assert!(!screen.alternate_screen() && !screen.hide_cursor(), "{key:?}:\n{contents}");
        assert!(contents.contains("nothing is left of it"), "{key:?}:\n{contents}");
        for mode in ["icanon", "echo", "isig"] {
            assert!(contents.split_whitespace().any(|word| word == mode), "{key:?}: no {mode} in:\n{contents}");
        }
    }
}

#[test]
fn without_a_terminal_it_prints_one_frame() {
    let mut command = process::Command::new(executable());
    let output = command.stdin(Stdio::null()).output().expect("the program starts");
    let text = String::from_utf8(output.stdout).expect("it writes UTF-8");
    assert!(output.status.success() && output.stderr.is_empty(), "{text}{}", String::from_utf8_lossy(&output.stderr));
    for part in ["this is no terminal", "gc-core monitor", "│frozen ", "│Section", "nothing is left of it"] {
        assert!(text.contains(part), "no {part} in:\n{text}");
    }
}
