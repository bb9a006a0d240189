//! Joins the Fluent files of each language and writes the table against which `t!` checks message ids and variables.

use fluent_syntax::ast::{CallArguments, Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::{env, fs, path::Path};

/// Files whose messages only the server says: to programs, on pages that it draws, and to the scripts that it writes into them.
/// The browser's program is not given them.
const SERVER_ONLY: &[&str] = &["api", "mail", "shell"];

fn main() {
    println!("cargo::rerun-if-changed=locales");
    println!("cargo::rerun-if-changed=migrations");
    println!("cargo::rerun-if-changed=src/build.rs");
    let out = env::var("OUT_DIR").expect("cargo sets OUT_DIR");
    let mut table = String::from(
        "/// Message ids of the English files in order, each with its variables.\npub const MESSAGES: &[(&str, &[&str])] = &[\n",
    );
    for language in ["en", "ar"] {
        let folder = Path::new("locales").join(language);
        let joined = join(&folder, &[]);
        fs::write(Path::new(&out).join(format!("{language}.ftl")), &joined).expect("OUT_DIR is writable");
        let sent = join(&folder, SERVER_ONLY);
        fs::write(Path::new(&out).join(format!("{language}.browser.ftl")), sent).expect("OUT_DIR is writable");
        if language == "en" {
            for (id, variables) in messages(&joined) {
                writeln!(table, "    ({id:?}, &{:?}),", variables.iter().collect::<Vec<_>>())
                    .expect("writing to a string");
            }
        }
    }
    table.push_str("];\n");
    fs::write(Path::new(&out).join("messages.rs"), table).expect("OUT_DIR is writable");
}

fn join(folder: &Path, without: &[&str]) -> String {
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap_or_else(|e| panic!("{}: {e}", folder.display()))
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "ftl"))
        .filter(|path| path.file_stem().is_none_or(|name| without.iter().all(|other| name != *other)))
        .collect();
    files.sort();
    files.iter().map(|path| fs::read_to_string(path).expect("a readable file") + "\n").collect()
}

fn messages(source: &str) -> Vec<(String, BTreeSet<String>)> {
    let resource = fluent_syntax::parser::parse(source).unwrap_or_else(|(_, errors)| panic!("locales/en: {errors:?}"));
    let mut found: Vec<_> = resource
        .body
        .iter()
        .filter_map(|entry| match entry {
            Entry::Message(message) => {
                let mut variables = BTreeSet::new();
                message.value.iter().for_each(|pattern| collect(pattern, &mut variables));
                Some((message.id.name.to_owned(), variables))
            }
            _ => None,
        })
        .collect();
    found.sort();
    if let Some(twice) = found.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        panic!("locales/en: message {:?} is defined twice", twice[0].0);
    }
    found
}

fn collect(pattern: &Pattern<&str>, variables: &mut BTreeSet<String>) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            expression_variables(expression, variables);
        }
    }
}

fn expression_variables(expression: &Expression<&str>, variables: &mut BTreeSet<String>) {
    match expression {
        Expression::Inline(inline) => inline_variables(inline, variables),
        Expression::Select { selector, variants } => {
            inline_variables(selector, variables);
            variants.iter().for_each(|variant| collect(&variant.value, variables));
        }
    }
}

fn inline_variables(inline: &InlineExpression<&str>, variables: &mut BTreeSet<String>) {
    match inline {
        InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        InlineExpression::FunctionReference { arguments: CallArguments { positional, .. }, .. } => {
            positional.iter().for_each(|argument| inline_variables(argument, variables));
        }
        InlineExpression::Placeable { expression } => expression_variables(expression, variables),
        _ => {}
    }
}
