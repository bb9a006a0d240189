//! The comments on a record: threads of one level, each with its forms. Everything works by plain forms; with scripts, an `@`
//! offers colleagues.

use super::form::ask_first;
use super::icon;
use super::offers::Offers;
use crate::i18n::I18n;
use crate::record::Record;
use crate::record::comments::{Comment, Draft, Part, Talk, Verb};
use crate::t;
use leptos::prelude::*;
use uuid::Uuid;

/// What the forms of one record share.
struct Forms {
    i18n: I18n,
    record: &'static Record,
    id: Uuid,
    key: Uuid,
    draft: Option<Draft>,
}

/// The comments on a record.
pub fn view(record: &'static Record, id: Uuid, talk: Talk) -> AnyView {
    let i18n = super::use_i18n();
    let forms = Forms { i18n, record, id, key: talk.key, draft: talk.draft };
    let comments = talk.comments;
    let fresh = match &forms.draft {
        _ if talk.can_comment => Some(forms.form(Verb::Add, None, String::new())),
        Some(draft) => Some(
            view! { <div class="notice bad" role="alert">{icon("circle-alert")}{faults(i18n, draft)}</div> }.into_any(),
        ),
        None => None,
    };
    let none = comments.is_empty().then(|| view! { <p class="hint">{t!(i18n, "comments-none")}</p> });
    let begun: Vec<usize> = (0..comments.len()).filter(|at| comments[*at].answers.is_none()).collect();
    let threads = begun
        .iter()
        .enumerate()
        .map(|(n, at)| {
            let end = begun.get(n + 1).copied().unwrap_or(comments.len());
            thread(&forms, &comments[*at], &comments[at + 1..end], talk.can_comment)
        })
        .collect_view();
    let older = begun.last().filter(|_| talk.more).map(|at| {
        let href = format!("{}?older={}#comments", record.address(id), comments[*at].id);
        view! { <a class="btn" href=href rel="external">{t!(i18n, "comments-older")}</a> }
    });
    view! {
        <section class="card talk" id="comments" tabindex="-1">
            <h2 class="sec">{t!(i18n, "comments")}</h2>
            <div class="body stack">{fresh}{none}<ol class="threads">{threads}</ol>{older}</div>
        </section>
    }
    .into_any()
}

fn thread(forms: &Forms, first: &Comment, answers: &[Comment], can_comment: bool) -> AnyView {
    let answered = answers.iter().map(|answer| view! { <li>{said(forms, answer)}</li> }).collect_view();
    let answer = can_comment.then(|| {
        let label = t!(forms.i18n, "comment-answer");
        forms.folded(Verb::Add, first.id, label, String::new())
    });
    view! { <li>{said(forms, first)}<ol class="answers">{answered}</ol>{answer}</li> }.into_any()
}

/// One comment with what its author can do to it.
fn said(forms: &Forms, comment: &Comment) -> AnyView {
    let i18n = forms.i18n;
    let id = format!("comment-{}", comment.id);
    if comment.removed {
        return view! { <article class="said" id=id><p class="hint">{t!(i18n, "comment-removed")}</p></article> }
            .into_any();
    }
    let edited = comment.edited.then(|| view! { " · "{t!(i18n, "comment-edited")} });
    let own = comment.source.clone().map(|source| {
        let label = t!(i18n, "comment-remove");
        let question = t!(i18n, "comment-remove-ask");
        let edit = forms.folded(Verb::Edit, comment.id, t!(i18n, "comment-edit"), source);
        let remove = view! {
            <form method="post" action=forms.action("comments")>
                <input type="hidden" name="_on" value=comment.id.to_string() />
                <button class="btn quiet small" name="_comment" value=Verb::Remove.name()
                    on:click=move |event| ask_first(&event, Some(&question))>{label}</button>
            </form>
        };
        view! { <div class="own">{edit}{remove}</div> }
    });
    view! {
        <article class="said" id=id>
            <p class="by"><b><bdi>{comment.by.clone()}</bdi></b>" "<small>{i18n.moment(&comment.at)}{edited}</small></p>
            <p class="words" dir="auto">{words(&comment.parts)}</p>
            {own}
        </article>
    }
    .into_any()
}

/// What somebody said, with the names of those who are meant.
pub fn words(parts: &[Part]) -> AnyView {
    let words = parts.iter().map(|part| match part {
        Part::Text(text) => text.clone().into_any(),
        Part::Mention(name) => view! { <bdi class="mention">"@"{name.clone()}</bdi> }.into_any(),
    });
    words.collect_view().into_any()
}

fn faults(i18n: I18n, draft: &Draft) -> AnyView {
    draft.faults.iter().map(|fault| view! { <p>{i18n.message(fault)}</p> }).collect_view().into_any()
}

impl Forms {
    /// A form that comes back is shown where it was sent from.
    fn action(&self, place: &str) -> String {
        format!("/{}/{}#{place}", self.record.path, self.id)
    }

    /// A form that opens when it is wanted, or because it came back.
    fn folded(&self, verb: Verb, on: Uuid, label: String, text: String) -> AnyView {
        let open = self.draft.as_ref().is_some_and(|draft| draft.verb == verb && draft.on == Some(on));
        let form = self.form(verb, Some(on), text);
        view! { <details open=open><summary class="btn quiet small">{label}</summary>{form}</details> }.into_any()
    }

    fn form(&self, verb: Verb, on: Option<Uuid>, text: String) -> AnyView {
        let i18n = self.i18n;
        let draft = self.draft.as_ref().filter(|draft| draft.verb == verb && draft.on == on);
        let text = draft.map_or(text, |draft| draft.text.clone());
        let (prefix, label, send) = match (verb, on) {
            (Verb::Edit, _) => ("edit", t!(i18n, "comment-edit-label"), t!(i18n, "save")),
            (_, Some(_)) => ("answer", t!(i18n, "comment-answer-label"), t!(i18n, "comment-answer")),
            (_, None) => ("say", t!(i18n, "comment-label"), t!(i18n, "comment-send")),
        };
        let id = on.map_or(prefix.to_owned(), |on| format!("{prefix}-{on}"));
        let action = self.action(&id);
        let fault = draft.map(|draft| view! { <div class="err" role="alert">{faults(i18n, draft)}</div> });
        let class = if draft.is_some() { "field error" } else { "field" };
        let field = text_with_mentions(i18n, self.record, id.clone(), text, draft.is_some());
        view! {
            <form class="say" method="post" action=action autocomplete="off">
                <input type="hidden" name="_on" value=on.map(|on| on.to_string()).unwrap_or_default() />
                <input type="hidden" name="_key" value=self.key.to_string() />
                <div class=class><label for=id>{label}</label>{field}{fault}</div>
                <div class="acts"><button class="btn" name="_comment" value=verb.name()>{icon("send")}<span>{send}</span></button><small>{t!(i18n, "comment-hint")}</small></div>
            </form>
        }
        .into_any()
    }
}

/// The box that a comment is typed in.
fn text_with_mentions(i18n: I18n, record: &'static Record, id: String, text: String, invalid: bool) -> AnyView {
    let offers = Offers::shut(false);
    let own_id = StoredValue::new(id.clone());
    let choose = move |name: String| {
        own_id.with_value(|id| put(id, &name));
        offers.shut_up();
    };
    let area = super::text_area("text".to_owned(), id.clone(), text, invalid, move |_| {
        match own_id.with_value(|id| typed_behind(id)) {
            Some(name) => offers.ask(format!("@{}", record.name), name),
            None => {
                offers.shut_up();
            }
        }
    });
    let list = offers.list(
        i18n,
        format!("{id}-list"),
        Callback::new(move |one: crate::record::page::Suggestion| choose(one.title)),
    );
    view! {
        <div class="control"
            on:keydown=move |event| { if let Some(one) = offers.key(&event, false) { choose(one.title) } }
            on:focusout=move |_| { offers.shut_up(); }>{area}{list}</div>
    }
    .into_any()
}

// ------------------------------------------------------------------ what only a browser does

#[cfg(feature = "hydrate")]
mod live {
    use wasm_bindgen::JsCast as _;
    use web_sys::HtmlTextAreaElement;

    /// Longest name that is asked for.
    const LONGEST: usize = 40;

    fn area(id: &str) -> Option<HtmlTextAreaElement> {
        leptos::prelude::document().get_element_by_id(id)?.dyn_into().ok()
    }

    /// The place behind the last `@` before the caret, the caret's own, both in UTF-16, and the text between them.
    fn behind(area: &HtmlTextAreaElement) -> Option<(u32, u32, String)> {
        let caret = area.selection_start().ok()??;
        let units: Vec<u16> = area.value().encode_utf16().take(caret as usize).collect();
        let before = String::from_utf16_lossy(&units);
        let (text, name) = before.rsplit_once('@')?;
        let begins = !text.ends_with(char::is_alphanumeric);
        let fits = name.chars().count() <= LONGEST && !name.contains('\n');
        (begins && fits).then(|| (caret - name.encode_utf16().count() as u32, caret, name.to_owned()))
    }

    /// What is being typed behind an `@`.
    pub fn typed_behind(id: &str) -> Option<String> {
        behind(&area(id)?).map(|(.., name)| name)
    }

    /// Puts a whole name there.
    pub fn put(id: &str, name: &str) {
        let Some(area) = area(id) else { return };
        if let Some((start, end, _)) = behind(&area) {
            let name = format!("{name} ");
            let after = start + name.encode_utf16().count() as u32;
            let _ = area.set_range_text_with_start_and_end(&name, start, end);
            let _ = area.set_selection_range(after, after);
        }
    }
}

#[cfg(feature = "hydrate")]
use live::{put, typed_behind};

#[cfg(not(feature = "hydrate"))]
fn typed_behind(_: &str) -> Option<String> {
    None
}
#[cfg(not(feature = "hydrate"))]
fn put(_: &str, _: &str) {}
