//! Charts as SVG, drawn on the server. In Arabic time runs from the right and bars grow from the right.

use leptos::prelude::*;

/// A small line without axes; its box mirrors with the page.
pub fn spark(values: &[i64]) -> AnyView {
    let (least, most) = (values.iter().min().copied().unwrap_or(0), values.iter().max().copied().unwrap_or(0));
    let span = (most - least).max(1) as f64;
    let step = 72.0 / (values.len().saturating_sub(1).max(1)) as f64;
    let points: Vec<String> =
        values.iter().enumerate().map(|(i, v)| format!("{:.1},{:.1}", i as f64 * step, 18.0 - (*v - least) as f64 / span * 14.0)).collect();
    view! {
        <svg class="spark flip" viewBox="0 0 72 22" aria-hidden="true"><polyline points=points.join(" ")></polyline></svg>
    }
    .into_any()
}

/// Two series side by side for each label.
pub fn bars(labels: &[String], first: &[i64], second: &[i64], rtl: bool, describe: String) -> AnyView {
    const WIDTH: f64 = 580.0;
    const HEIGHT: f64 = 130.0;
    let most = first.iter().chain(second).copied().max().unwrap_or(0).max(1) as f64;
    let slot = WIDTH / labels.len().max(1) as f64;
    let bar = (slot * 0.27).min(18.0);
    // Where a length measured from the reading start lies in the picture.
    let x = |start: f64, width: f64| if rtl { WIDTH - start - width } else { start };
    let height = |value: i64| (value.max(0) as f64 / most * HEIGHT).max(if value > 0 { 1.0 } else { 0.0 });
    let lines = (0..4)
        .map(|i| {
            let y = format!("{:.1}", 10.0 + HEIGHT * i as f64 / 3.0);
            view! { <line class="gl" x1="0" x2=WIDTH.to_string() y1=y.clone() y2=y></line> }
        })
        .collect_view();
    let columns = labels
        .iter()
        .enumerate()
        .map(|(i, label)| {
            let middle = slot * (i as f64 + 0.5);
            let rect = |class: &'static str, start: f64, value: i64| {
                let h = height(value);
                view! {
                    <rect class=class rx="2" x=format!("{:.1}", x(start, bar)) y=format!("{:.1}", 10.0 + HEIGHT - h) width=format!("{bar:.1}") height=format!("{h:.1}")></rect>
                }
            };
            view! {
                {rect("s1", middle - bar - 1.5, first.get(i).copied().unwrap_or(0))}
                {rect("s2", middle + 1.5, second.get(i).copied().unwrap_or(0))}
                <text class="ax" text-anchor="middle" x=format!("{:.1}", x(middle, 0.0)) y="160">{label.clone()}</text>
            }
        })
        .collect_view();
    view! { <svg viewBox="0 0 580 170" role="img" aria-label=describe>{lines}{columns}</svg> }.into_any()
}
