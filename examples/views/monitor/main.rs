//! A terminal dashboard over a program that lives: the generations, the collections and their pauses, the garbage that
//! they find and the types that grow, with keys to collect, freeze, pause and disable.
//!
//! To copy: the heap is that of a thread, so the thread that works is also the one that draws. A callback on
//! collections notes each as it ends; counts and statistics cost nothing to read; what needs a look at every object, a
//! snapshot, is taken once a second.
//!
//! Where there is no terminal to draw on, it works for a little while, and prints what would be seen.

#![forbid(unsafe_code)]

mod app;
mod server;
mod text;
mod view;

use app::App;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::crossterm::event::{self, Event, KeyCode, KeyEvent, KeyModifiers};
use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

/// How long each frame is shown.
const FRAME: Duration = Duration::from_millis(50);

fn main() -> io::Result<()> {
    let mut app = App::new();
    if io::stdin().is_terminal() && io::stdout().is_terminal() {
        // It is restored also if there is a panic.
        let mut terminal = ratatui::try_init()?;
        let outcome = run(&mut app, &mut terminal);
        ratatui::restore();
        outcome?;
    } else {
        show(&mut app)?;
    }
    app.end();
    println!("the server is gone, and nothing is left of it");
    Ok(())
}

fn run(app: &mut App, terminal: &mut ratatui::DefaultTerminal) -> io::Result<()> {
    loop {
        app.advance();
        terminal.draw(|frame| view::draw(frame, app))?;
        let next = Instant::now() + FRAME;
        while event::poll(next.saturating_duration_since(Instant::now()))? {
            let Event::Key(key) = event::read()? else { continue };
            if is_end(&key) {
                return Ok(());
            }
            let KeyCode::Char(key) = key.code else { continue };
            if app.press(key) {
                break;
            }
        }
    }
}

fn is_end(key: &KeyEvent) -> bool {
    let is_interrupt = key.modifiers.contains(KeyModifiers::CONTROL) && key.code == KeyCode::Char('c');
    is_interrupt || matches!(key.code, KeyCode::Char('q') | KeyCode::Esc)
}

/// What is seen after a few keys and a few hundred steps.
fn show(app: &mut App) -> io::Result<()> {
    println!("this is no terminal, so there is one frame only");
    for keys in ["", "y", "f", "fc", "+"] {
        for key in keys.chars() {
            assert!(app.press(key));
        }
        for _ in 0..20 {
            app.advance();
        }
    }
    let mut terminal = Terminal::new(TestBackend::new(110, 34))?;
    let frame = terminal.draw(|frame| view::draw(frame, app))?;
    for line in frame.buffer.content.chunks(frame.area.width.into()) {
        println!("{}", line.iter().map(|cell| cell.symbol()).collect::<String>().trim_end());
    }
    assert_eq!(app.server().steps(), 1_920);
    Ok(())
}
