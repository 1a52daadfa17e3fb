//! The figures, as SVG.

use crate::Results;
use crate::alone::percentile;
use crate::contest::{ALLOCATORS, Contest, OURS};
use crate::report::figure;
use anyhow::Result;
use plotters::coord::Shift;
use plotters::prelude::{
    ChartBuilder, Circle, Color, DrawingArea, IntoDrawingArea, IntoFont, IntoLogRange, LineSeries, PathElement,
    RGBColor, Rectangle, SVGBackend, SeriesLabelPosition, Text, TextStyle, WHITE,
};
use std::path::Path;

type Area<'a> = DrawingArea<SVGBackend<'a>, Shift>;

const COLUMNS: usize = 3;
const PANEL: (u32, u32) = (380, 250);
const INK: RGBColor = RGBColor(40, 40, 40);
const OUR_COLOUR: RGBColor = RGBColor(214, 90, 20);
const PEER_COLOUR: RGBColor = RGBColor(150, 165, 185);
const TWIN_COLOUR: RGBColor = RGBColor(110, 160, 110);
const CURVES: [RGBColor; 3] = [OUR_COLOUR, RGBColor(40, 110, 180), RGBColor(60, 150, 80)];

/// Draws what there is into a directory.
pub(crate) fn draw(results: &Results, into: &Path) -> Result<()> {
    std::fs::create_dir_all(into)?;
    for (index, (allocator, _)) in ALLOCATORS.iter().enumerate() {
        let contests: Vec<_> = results.contests.iter().filter(|contest| contest.allocator == index).collect();
        if !contests.is_empty() {
            bars(&contests, &into.join(format!("{allocator}.svg")))?;
        }
    }
    if !results.pauses.is_empty() {
        pauses(results, &into.join("pauses.svg"))?;
    }
    if !results.scaling.is_empty() {
        scaling(results, &into.join("scaling.svg"))?;
    }
    Ok(())
}

fn text(size: u32) -> TextStyle<'static> {
    ("sans-serif", size).into_font().color(&INK)
}

/// A panel for each workload, with a bar for each contestant.
fn bars(contests: &[&Contest], path: &Path) -> Result<()> {
    let rows = contests.len().div_ceil(COLUMNS);
    let columns = contests.len().min(COLUMNS);
    let root = SVGBackend::new(path, (PANEL.0 * columns as u32, PANEL.1 * rows as u32)).into_drawing_area();
    root.fill(&WHITE)?;
    for (panel, contest) in root.split_evenly((rows, columns)).iter().zip(contests) {
        bar_panel(panel, contest)?;
    }
    Ok(root.present()?)
}

fn bar_panel(panel: &Area<'_>, contest: &Contest) -> Result<()> {
    const LEFT: i32 = 130;
    const WIDTH: f64 = 185.0;
    const HEIGHT: i32 = 16;
    let mut bars: Vec<_> =
        contest.contestants.iter().filter_map(|contestant| Some((contestant, contestant.median()?))).collect();
    bars.sort_by(|one, other| one.1.total_cmp(&other.1));
    let longest = bars.last().map_or(1.0, |bar| bar.1);
    panel.draw(&Text::new(format!("{}, ns", contest.workload.name), (8, 8), text(16)))?;
    for (index, (contestant, nanoseconds)) in bars.iter().enumerate() {
        let top = 34 + index as i32 * (HEIGHT + 4);
        let right = LEFT + (nanoseconds / longest * WIDTH).max(1.0) as i32;
        let colour = match contestant {
            twin if twin.is_twin => TWIN_COLOUR,
            ours if ours.name == OURS => OUR_COLOUR,
            _ => PEER_COLOUR,
        };
        panel.draw(&Text::new(contestant.name.clone(), (8, top + 2), text(12)))?;
        panel.draw(&Rectangle::new([(LEFT, top), (right, top + HEIGHT)], colour.filled()))?;
        panel.draw(&Text::new(figure(*nanoseconds), (right + 5, top + 2), text(12)))?;
    }
    Ok(())
}

/// How long the young collections take, beside live heaps of three sizes.
fn pauses(results: &Results, path: &Path) -> Result<()> {
    let root = SVGBackend::new(path, (760, 420)).into_drawing_area();
    root.fill(&WHITE)?;
    let young = || results.pauses.iter().map(|pauses| &pauses.of[0]).filter(|young| !young.is_empty());
    let longest = young().filter_map(|young| young.last()).copied().fold(200e3, f64::max);
    let shortest = young().filter_map(|young| young.first()).copied().fold(100e3, f64::min);
    // The axis is the number of nines: 1 is the 90th percentile, 2 the 99th.
    let part = |nines: f64| 1.0 - 10f64.powf(-nines);
    let mut chart = ChartBuilder::on(&root)
        .caption("young collections in steady: pause at each percentile", text(16))
        .margin(12)
        .margin_right(40)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d(0.0..3.0, (shortest / 1e3..longest / 1e3 * 1.2).log_scale())?;
    let percent = |nines: &f64| format!("p{}", (part(*nines) * 1e4).round() / 100.0);
    let whole = |number: &f64| number.round().to_string();
    chart
        .configure_mesh()
        .max_light_lines(1)
        .x_labels(4)
        .x_label_formatter(&percent)
        .y_desc("µs")
        .y_label_formatter(&whole)
        .draw()?;
    for (pauses, colour) in results.pauses.iter().zip(CURVES) {
        let young = &pauses.of[0];
        if !young.is_empty() {
            let points = (0..=60).map(|step| f64::from(step) / 20.0);
            let curve = points.map(|nines| (nines, percentile(young, part(nines)) / 1e3));
            chart
                .draw_series(LineSeries::new(curve, colour.stroke_width(2)))?
                .label(format!("{} live objects", pauses.live))
                .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        }
    }
    let corner = SeriesLabelPosition::UpperLeft;
    chart.configure_series_labels().position(corner).background_style(WHITE).border_style(INK).draw()?;
    Ok(root.present()?)
}

/// What each object costs a full collection, by how many there are.
fn scaling(results: &Results, path: &Path) -> Result<()> {
    let root = SVGBackend::new(path, (760, 420)).into_drawing_area();
    root.fill(&WHITE)?;
    let [smallest, largest] = [results.scaling.first(), results.scaling.last()].map(|end| end.map_or(1, |end| end.0));
    let highest = results.scaling.iter().flat_map(|point| point.1).fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(&root)
        .caption("full collection that looks at everything: ns an object", text(16))
        .margin(12)
        .margin_right(40)
        .x_label_area_size(40)
        .y_label_area_size(60)
        .build_cartesian_2d((smallest as f64..largest as f64).log_scale(), 0.0..highest * 1.1)?;
    let whole = |number: &f64| number.round().to_string();
    chart
        .configure_mesh()
        .max_light_lines(1)
        .x_labels(4)
        .x_desc("objects")
        .x_label_formatter(&whole)
        .y_desc("ns")
        .y_label_formatter(&whole)
        .draw()?;
    for (index, ((allocator, _), colour)) in ALLOCATORS.iter().zip(CURVES).enumerate() {
        let points = || results.scaling.iter().map(|(objects, nanoseconds)| (*objects as f64, nanoseconds[index]));
        chart
            .draw_series(LineSeries::new(points(), colour.stroke_width(2)))?
            .label(*allocator)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 18, y)], colour.stroke_width(2)));
        chart.draw_series(points().map(|point| Circle::new(point, 4, colour.filled())))?;
    }
    let corner = SeriesLabelPosition::UpperLeft;
    chart.configure_series_labels().position(corner).background_style(WHITE).border_style(INK).draw()?;
    Ok(root.present()?)
}
