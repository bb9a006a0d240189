//! Charts as SVG, drawn on the server. In Arabic time runs from the right and bars grow from the right.

use leptos::prelude::*;

/// A number of tenths as a coordinate. Whole numbers only: the browser need not carry the printing of floats for a picture.
fn tenths(value: i64) -> String {
    format!("{}.{}", value / 10, value % 10)
}

/// `part` of `of`, as a share of `whole`.
fn share(part: i64, of: i64, whole: i64) -> i64 {
    (i128::from(part) * i128::from(whole) / i128::from(of.max(1))) as i64
}

/// A small line without axes; its box mirrors with the page.
pub fn spark(values: &[i64]) -> AnyView {
    let (least, most) = (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0));
    let last = values.len().saturating_sub(1).max(1) as i64;
    let point = |(i, v): (usize, &i64)| {
        format!("{},{}", tenths(share(i as i64, last, 720)), tenths(180 - share(v - least, most - least, 140)))
    };
    let points: Vec<String> = values.iter().enumerate().map(point).collect();
    view! { <svg class="spark flip" viewBox="0 0 72 22" aria-hidden="true"><polyline points=points.join(" ")></polyline></svg> }.into_any()
}

/// Two series side by side for each label. Each label leads to an address, with the name that is read out for it.
pub fn bars(
    labels: &[String],
    leads: &[(String, String)],
    first: &[i64],
    second: &[i64],
    rtl: bool,
    describe: String,
) -> AnyView {
    const WIDTH: i64 = 5800;
    const HEIGHT: i64 = 1300;
    const TOP: i64 = 100;
    let most = first.iter().chain(second).copied().max().unwrap_or(0).max(1);
    let slot = WIDTH / labels.len().max(1) as i64;
    let bar = (slot * 27 / 100).min(180);
    // Where a length measured from the reading start lies in the picture.
    let x = |start: i64, width: i64| tenths(if rtl { WIDTH - start - width } else { start });
    let lines = (0..4)
        .map(|i| {
            let y = tenths(TOP + HEIGHT * i / 3);
            view! { <line class="gl" x1="0" x2="580" y1=y.clone() y2=y></line> }
        })
        .collect_view();
    let columns = labels
        .iter()
        .enumerate()
        .map(|(i, label)| {
            let middle = slot * i as i64 + slot / 2;
            let (href, name) = leads.get(i).cloned().unwrap_or_default();
            let rect = |class: &'static str, start: i64, value: i64| {
                let height = share(value.max(0), most, HEIGHT).max(if value > 0 { 10 } else { 0 });
                view! {
                    <rect class=class rx="2" x=x(start, bar) y=tenths(TOP + HEIGHT - height) width=tenths(bar) height=tenths(height)></rect>
                }
            };
            // The group tells the macro that the link is one of SVG. All of a slot can be pressed, however low its bars.
            view! {
                <g><a href=href aria-label=name>
                    <rect class="hit" x=x(slot * i as i64, slot) y="0" width=tenths(slot) height="170"></rect>
                    {rect("s1", middle - bar - 15, first.get(i).copied().unwrap_or(0))}
                    {rect("s2", middle + 15, second.get(i).copied().unwrap_or(0))}
                    <text class="ax" text-anchor="middle" x=x(middle, 0) y="160">{label.clone()}</text>
                </a></g>
            }
        })
        .collect_view();
    view! { <svg viewBox="0 0 580 170" role="group" aria-label=describe>{lines}{columns}</svg> }.into_any()
}
