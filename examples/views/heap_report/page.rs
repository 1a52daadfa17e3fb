//! The page.

use crate::graph::Picture;
use crate::history::History;
use crate::types::TypeRow;
use crate::{plot, text};
use gc_core::gc::{Collection, Generation};
use gc_core::inspect::{Cycle, Snapshot};
use maud::{DOCTYPE, Markup, PreEscaped, html};
use std::ops::Range;
use std::time::Duration;

/// What the page is made of.
pub(crate) struct Report<'a, 's> {
    pub(crate) snapshot: &'s Snapshot,
    pub(crate) users: usize,
    pub(crate) history: &'a History,
    /// The steps during which automatic collections were disabled.
    pub(crate) disabled: Range<usize>,
    pub(crate) types: &'a [TypeRow],
    pub(crate) cycles: &'a [Cycle<'s>],
}

pub(crate) fn render(report: &Report<'_, '_>) -> String {
    let collections = report.history.collections();
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                // It cannot fetch anything, nor run anything.
                meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'";
                title { "Heap report" }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                header {
                    h1 { "Heap report" }
                    p { "A server of documents, with " (report.users) " users at work when the snapshot was taken." }
                }
                main {
                    (figures(report, &collections))
                    (plots(report, &collections))
                    (types(report))
                    @if let Some(cycle) = report.cycles.first() { (biggest(report, cycle)) }
                }
                footer { p { "Written by " code { "cargo run --example heap_report" } " of gc-core." } }
            }
        }
    };
    page.into_string()
}

/// The numbers at the top.
fn figures(report: &Report<'_, '_>, collections: &[(usize, Collection)]) -> Markup {
    let bytes = report.types.iter().map(|row| row.bytes).sum();
    let garbage = collections.iter().map(|(_, collection)| collection.collected).sum();
    let pauses = || collections.iter().map(|(_, collection)| collection.duration);
    let figures = [
        (text::grouped(report.snapshot.len()), "objects"),
        (text::bytes(bytes), "in them"),
        (text::grouped(report.cycles.len()), "cycles"),
        (text::grouped(collections.len()), "collections"),
        (text::grouped(garbage), "objects of garbage found"),
        (format!("{:.1?}", pauses().max().unwrap_or_default()), "the longest pause"),
        (format!("{:.1?}", pauses().sum::<Duration>()), "all pauses together"),
    ];
    html! {
        dl .figures { @for (number, what) in figures { div { dt { (what) } dd { (number) } } } }
    }
}

fn plots(report: &Report<'_, '_>, collections: &[(usize, Collection)]) -> Markup {
    let sizes = report.history.sizes();
    let steps = sizes.last().map_or(1, |&(step, _)| step);
    let off = &report.disabled;
    let disabled =
        format!("Collections were disabled from step {} to {}.", text::grouped(off.start), text::grouped(off.end));
    let most = sizes.iter().map(|&(_, size)| size).max().unwrap_or(0);
    html! {
        section aria-labelledby="size" {
            h2 #size { "Size of the heap" }
            (figure("size", &plot::size(sizes, off.clone()),
                &format!("Tracked objects over time, at most {}. {disabled}", text::grouped(most))))
        }
        section aria-labelledby="pauses" {
            h2 #pauses { "Pauses" }
            ul .legend {
                @for generation in [Generation::Young, Generation::Middle, Generation::Old] {
                    @let name = format!("{generation:?}").to_lowercase();
                    @let of_generation = |(_, collection): &&(usize, Collection)| collection.generation == generation;
                    li .(name) { (name) ": " (collections.iter().filter(of_generation).count()) }
                }
            }
            (figure("pauses", &plot::pauses(collections, steps, off.clone()),
                &format!("Each collection and its length, by generation. {disabled}")))
        }
    }
}

/// A plot as part of the page: with a description, and as wide as there is room for.
fn figure(id: &str, svg: &str, description: &str) -> Markup {
    let start = svg.find("<svg").and_then(|start| Some(start + svg[start..].find('>')? + 1));
    let content = &svg[start.expect("the plot is an SVG element")..];
    let opening = format!(
        r#"<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{id}-title">"#,
        plot::WIDTH,
        plot::HEIGHT
    );
    html! {
        figure {
            div .scroll tabindex="0" role="region" aria-label={ "Plot: " (id) } {
                (PreEscaped(opening))
                title id={ (id) "-title" } { (description) }
                (PreEscaped(content))
            }
            figcaption { (description) }
        }
    }
}

fn types(report: &Report<'_, '_>) -> Markup {
    let most = report.types.iter().map(|row| row.retained).max().unwrap_or(1).max(1);
    html! {
        section aria-labelledby="types" {
            h2 #types { "Types" }
            p {
                "What the objects of a type have themselves, and what they keep from being freed. One object can be "
                "kept by several types, so the last column does not add up."
            }
            div .scroll tabindex="0" role="region" aria-label="Table of types" {
                table {
                    thead {
                        tr {
                            th scope="col" { "Type" }
                            @for head in ["Objects", "Size", "Retained"] { th scope="col" .number { (head) } }
                        }
                    }
                    tbody { @for row in report.types { (type_row(row, row.retained * 100 / most)) } }
                }
            }
        }
    }
}

/// A line of the table. The bar behind its last number is so many percent long.
fn type_row(row: &TypeRow, percent: usize) -> Markup {
    html! {
        tr {
            th scope="row" title=(row.name) { code { (text::type_name(row.name)) } }
            td .number { (text::grouped(row.count)) }
            td .number { (text::bytes(row.bytes)) }
            td .number .bar style={ "--share: " (percent) "%" } { (text::bytes(row.retained)) }
        }
    }
}

fn biggest<'s>(report: &Report<'_, 's>, cycle: &Cycle<'s>) -> Markup {
    let picture = Picture::of(report.snapshot, cycle);
    let title = format!("{} objects around the biggest cycle, which has {}", picture.len(), text::grouped(cycle.len()));
    let description = "Boxes are objects; arrows are pointers, with the fields that they are in.";
    html! {
        section aria-labelledby="cycle" {
            h2 #cycle { "The biggest cycle" }
            p {
                (text::grouped(cycle.len())) " objects, " (text::bytes(cycle.bytes())) ", and "
                (text::grouped(cycle.outside_count())) " pointers from outside the heap. "
                "Shown are those around the member that keeps most alive."
            }
            ul .legend {
                li .member { "in the cycle" }
                li .held { "held from outside the heap" }
                li .beside { "reachable from it" }
            }
            div .scroll tabindex="0" role="region" aria-label="Picture of the biggest cycle" {
                (picture.render(&title, description))
            }
            details {
                summary { "The same in words" }
                ul { @for sentence in picture.sentences(report.snapshot) { li { (sentence) } } }
            }
        }
    }
}
