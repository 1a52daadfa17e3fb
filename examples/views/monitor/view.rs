//! The monitor's one screen.

use crate::app::App;
use crate::text;
use gc_core::gc::{self, Collection, Generation};
use gc_core::inspect::Flags;
use ratatui::Frame;
use ratatui::layout::{Alignment, Constraint, Layout, Rect};
use ratatui::style::{Color, Style, Stylize};
use ratatui::symbols::Marker;
use ratatui::text::{Line, Span};
use ratatui::widgets::{
    Axis, BarChart, Block, BorderType, Cell, Chart, Dataset, GraphType, Row, Sparkline, SparklineBar, Table,
};
use std::time::Duration;

/// Pauses are counted by their length. The last of these has no end.
const PAUSES: [(&str, Duration); 6] = [
    ("<10µs", Duration::from_micros(10)),
    ("<30µs", Duration::from_micros(30)),
    ("<100µs", Duration::from_micros(100)),
    ("<300µs", Duration::from_micros(300)),
    ("<1ms", Duration::from_millis(1)),
    ("more", Duration::MAX),
];
const KEYS: [(&str, &str); 7] = [
    ("c", "collect"),
    ("y", "young only"),
    ("f", "freeze"),
    ("g", "collector on/off"),
    ("p", "pause"),
    ("+-", "speed"),
    ("q", "quit"),
];

/// Draws everything. Wants 80 columns and 24 lines, and uses what there is.
pub(crate) fn draw(frame: &mut Frame<'_>, app: &App) {
    let [top, body, message, keys] =
        Layout::vertical([Constraint::Length(1), Constraint::Fill(1), Constraint::Length(1), Constraint::Length(1)])
            .areas(frame.area());
    let [left, right] = Layout::horizontal([Constraint::Fill(1), Constraint::Length(48)]).areas(body);
    let [size, garbage, pauses] =
        Layout::vertical([Constraint::Fill(2), Constraint::Fill(1), Constraint::Fill(1)]).areas(left);
    let [generations, types, lengths] =
        Layout::vertical([Constraint::Length(8), Constraint::Length(9), Constraint::Fill(1)]).areas(right);

    frame.render_widget(status(app), top);
    draw_size(frame, size, app);
    draw_garbage(frame, garbage, app);
    draw_pauses(frame, pauses, app);
    frame.render_widget(generation_table(app), generations);
    draw_types(frame, types, app);
    draw_lengths(frame, lengths, app);
    frame.render_widget(Line::from(app.message()).italic(), message);
    frame.render_widget(help(), keys);
}

/// Younger ones are more colourful.
fn colour(generation: Generation) -> Color {
    match generation {
        Generation::Young => Color::Green,
        Generation::Middle => Color::Yellow,
        Generation::Old => Color::Magenta,
    }
}

fn block(title: &str) -> Block<'_> {
    Block::bordered().border_type(BorderType::Rounded).border_style(Style::new().dark_gray()).title(title.bold())
}

fn status(app: &App) -> Line<'static> {
    let state = if app.is_paused() { " paused ".black().on_yellow() } else { " running ".black().on_green() };
    let collector =
        if gc::is_enabled() { " collector on ".black().on_green() } else { " collector off ".white().on_red() };
    Line::from(vec![
        " gc-core monitor ".bold(),
        state,
        " ".into(),
        collector,
        Span::from(format!(
            " step {} · {} a frame · {} users",
            text::grouped(app.server().steps()),
            app.speed(),
            app.server().users()
        )),
    ])
}

fn help() -> Line<'static> {
    Line::from_iter(
        KEYS.iter().flat_map(|&(key, what)| [format!(" {key} ").bold().reversed(), format!(" {what}  ").into()]),
    )
}

/// Tracked objects over time.
fn draw_size(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let sizes = app.sizes();
    let bounds = [sizes.first(), sizes.last()].map(|size| size.map_or(0.0, |&(step, _)| step));
    let most = sizes.iter().map(|&(_, size)| size).fold(1.0, f64::max);
    let title = format!(" heap: {} tracked objects ", text::grouped(gc::tracked_count()));
    let number = |number: f64| text::grouped(number as usize);
    let data = Dataset::default().graph_type(GraphType::Line).marker(Marker::Braille).cyan().data(&sizes);
    let chart = Chart::new(vec![data])
        .block(block(&title))
        .x_axis(Axis::default().bounds(bounds).labels(bounds.map(number)).dark_gray())
        .y_axis(Axis::default().bounds([0.0, most]).labels([0.0, most / 2.0, most].map(number)).dark_gray());
    frame.render_widget(chart, area);
}

fn draw_garbage(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let collections = app.last_collections(area.width.into());
    let most = collections.iter().map(|collection| collection.collected).max().unwrap_or(0);
    let title = format!(" garbage found, up to {} ", text::grouped(most));
    draw_bars(frame, area, &title, &collections, |collection| collection.collected as u64);
}

fn draw_pauses(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let collections = app.last_collections(area.width.into());
    let longest = collections.iter().map(|collection| collection.duration).max().unwrap_or_default();
    let title = format!(" pauses, up to {longest:.1?} ");
    draw_bars(frame, area, &title, &collections, |collection| collection.duration.as_micros() as u64);
}

/// A bar for each of the last collections, in the colour of its generation.
fn draw_bars(
    frame: &mut Frame<'_>,
    area: Rect,
    title: &str,
    collections: &[Collection],
    value: fn(&Collection) -> u64,
) {
    let block = block(title).title_top(Line::from(" newest right ").right_aligned().dark_gray());
    let hidden = collections.len().saturating_sub(block.inner(area).width.into());
    let bars = collections[hidden..]
        .iter()
        .map(|collection| SparklineBar::from(value(collection)).style(Style::new().fg(colour(collection.generation))));
    frame.render_widget(Sparkline::default().block(block).data(bars), area);
}

/// How many pauses were how long.
fn draw_lengths(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let mut counts = PAUSES.map(|(name, _)| (name, 0));
    for collection in app.last_collections(usize::MAX) {
        let place = PAUSES.iter().position(|&(_, end)| collection.duration < end).unwrap_or(PAUSES.len() - 1);
        counts[place].1 += 1;
    }
    let chart = BarChart::default()
        .block(block(" lengths of pauses "))
        .data(&counts)
        .bar_width(6)
        .bar_gap(1)
        .bar_style(Style::new().cyan())
        .value_style(Style::new().black().on_cyan());
    frame.render_widget(chart, area);
}

fn numbers<const N: usize>(numbers: [String; N]) -> impl Iterator<Item = Cell<'static>> {
    numbers.into_iter().map(|number| Cell::from(Line::from(number).alignment(Alignment::Right)))
}

fn generation_table(app: &App) -> Table<'static> {
    let groups = app.snapshot().group_by(|object| {
        let flags = object.flags();
        (object.generation(), flags.contains(Flags::FROZEN), flags.contains(Flags::TRACKED))
    });
    let size = |key| groups.get(&key).map_or([0, 0], |totals| [totals.count, totals.bytes]);
    let mut rows = Vec::new();
    for (generation, stats) in [Generation::Young, Generation::Middle, Generation::Old].into_iter().zip(gc::get_stats())
    {
        let [count, bytes] = size((Some(generation), false, true));
        let name = Span::from(format!("{generation:?}").to_lowercase()).fg(colour(generation)).bold();
        let rest = [
            text::grouped(count),
            text::bytes(bytes),
            text::grouped(stats.collections),
            text::grouped(stats.collected),
        ];
        rows.push(Row::new([Cell::from(name)].into_iter().chain(numbers(rest))));
    }
    for (name, key) in [("frozen", (None, true, true)), ("untracked", (None, false, false))] {
        let [count, bytes] = size(key);
        rows.push(Row::new([Cell::from(name)].into_iter().chain(numbers([text::grouped(count), text::bytes(bytes)]))));
    }
    let header = [Cell::from("")].into_iter().chain(numbers(["objects", "size", "runs", "garbage"].map(String::from)));
    let widths = [
        Constraint::Length(9),
        Constraint::Length(7),
        Constraint::Length(9),
        Constraint::Length(6),
        Constraint::Length(9),
    ];
    Table::new(rows, widths).header(Row::new(header).dark_gray()).block(block(" generations "))
}

/// The types with the most objects, and what has become of each since the snapshot before.
fn draw_types(frame: &mut Frame<'_>, area: Rect, app: &App) {
    let block = block(" types ");
    // One line is the header's.
    let limit = usize::from(block.inner(area).height).saturating_sub(1);
    let rows = app.snapshot().most_common_types(limit).into_iter().map(|totals| {
        let more = app.growth_of(totals.name);
        let change = match more {
            0 => "".into(),
            1.. => format!("+{more}").red(),
            ..0 => more.to_string().green(),
        };
        let counts = numbers([text::grouped(totals.count), text::bytes(totals.bytes)]);
        let change = Cell::from(Line::from(change).alignment(Alignment::Right));
        Row::new([Cell::from(text::type_name(totals.name))].into_iter().chain(counts).chain([change]))
    });
    let header = [Cell::from("")].into_iter().chain(numbers(["objects", "size", "change"].map(String::from)));
    let widths = [Constraint::Fill(1), Constraint::Length(8), Constraint::Length(10), Constraint::Length(7)];
    frame.render_widget(Table::new(rows, widths).header(Row::new(header).dark_gray()).block(block), area);
}
