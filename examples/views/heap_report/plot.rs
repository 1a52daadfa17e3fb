//! The plots, as SVG.
//!
//! A picture has numbers in place of colours, which the page's style sheet replaces: so it follows the reader's choice
//! between light and dark.

use crate::text;
use gc_core::gc::{Collection, Generation};
use plotters::coord::ranged1d::{AsRangedCoord, ValueFormatter};
use plotters::coord::types::RangedCoordusize;
use plotters::prelude::*;
use std::ops::Range;

pub(crate) const WIDTH: u32 = 960;
pub(crate) const HEIGHT: u32 = 300;
const INK: RGBColor = RGBColor(0, 0, 1);
const GRID: RGBColor = RGBColor(0, 0, 2);
const SIZE: RGBColor = RGBColor(0, 0, 3);
const SHADE: RGBColor = RGBColor(0, 0, 4);

/// The colour of a generation's collections.
fn colour(generation: Generation) -> RGBColor {
    match generation {
        Generation::Young => RGBColor(0, 0, 5),
        Generation::Middle => RGBColor(0, 0, 6),
        Generation::Old => RGBColor(0, 0, 7),
    }
}

type Outcome = Result<(), DrawingAreaErrorKind<std::io::Error>>;

/// The number of objects over time.
pub(crate) fn size(sizes: &[(usize, usize)], shaded: Range<usize>) -> String {
    let most = sizes.iter().map(|&(_, size)| size).max().unwrap_or(1) as f64;
    let steps = sizes.last().map_or(1, |&(step, _)| step);
    draw(("tracked objects", 0.0..most * 1.05), steps, shaded, |chart| {
        let points = || sizes.iter().map(|&(step, size)| (step, size as f64));
        chart.draw_series(AreaSeries::new(points(), 0.0, SIZE.mix(0.15)))?;
        chart.draw_series(LineSeries::new(points(), SIZE.stroke_width(2)))?;
        Ok(())
    })
}

/// The length of each pause, in microseconds.
pub(crate) fn pauses(collections: &[(usize, Collection)], steps: usize, shaded: Range<usize>) -> String {
    let length = |collection: &Collection| f64::max(collection.duration.as_secs_f64() * 1e6, 1.0);
    let longest = collections.iter().map(|(_, collection)| length(collection)).fold(1.0, f64::max);
    draw(("microseconds", (1.0..longest * 1.5).log_scale()), steps, shaded, |chart| {
        for &(step, ref collection) in collections {
            let (colour, top) = (colour(collection.generation), (step, length(collection)));
            chart.draw_series([PathElement::new([(step, 1.0), top], colour.mix(0.5))])?;
            chart.draw_series([Circle::new(top, 3, colour.filled())])?;
        }
        Ok(())
    })
}

type Chart<'a, 'b, Y> = ChartContext<'a, SVGBackend<'b>, Cartesian2d<RangedCoordusize, Y>>;

/// Draws axes, of which the vertical one has a name and a range, a shade over some of the steps, and what `series` does
/// on top.
fn draw<Y>(
    (unit, range): (&str, Y),
    steps: usize,
    shaded: Range<usize>,
    series: impl FnOnce(&mut Chart<'_, '_, Y::CoordDescType>) -> Outcome,
) -> String
where
    Y: AsRangedCoord<Value = f64>,
    Y::CoordDescType: ValueFormatter<f64>,
{
    let mut svg = String::new();
    let draw = |svg: &mut String| -> Outcome {
        let root = SVGBackend::with_string(svg, (WIDTH, HEIGHT)).into_drawing_area();
        let mut chart = ChartBuilder::on(&root)
            .margin(8)
            // The last label on the axis reaches beyond it.
            .margin_right(28)
            .x_label_area_size(48)
            .y_label_area_size(84)
            .build_cartesian_2d(0..steps, range)?;
        let heights = chart.y_range();
        let shade = [(shaded.start, heights.start), (shaded.end, heights.end)];
        chart.draw_series([Rectangle::new(shade, SHADE.mix(0.12).filled())])?;
        chart
            .configure_mesh()
            .disable_x_mesh()
            .bold_line_style(GRID)
            .light_line_style(TRANSPARENT)
            .axis_style(GRID)
            .label_style(("sans-serif", 15).into_font().color(&INK))
            .y_labels(6)
            .x_desc("step")
            .y_desc(unit)
            .x_label_formatter(&|step| text::grouped(*step))
            .y_label_formatter(&|number| text::grouped(*number as usize))
            .draw()?;
        series(&mut chart)?;
        root.present()
    };
    draw(&mut svg).expect("a string takes all that is written");
    svg
}
