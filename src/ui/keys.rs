//! Shortcuts of a single key, and how somebody's own keys for them are written down.
//!
//! A key is known by its place on the keyboard, as browsers name it (`KeyN`); the question mark by what it writes, because where
//! it is depends on the layout. Written down is only what differs from [`SHORTCUTS`], such as `new=KeyM edit=off`; with [`OFF`]
//! before it no single key does anything.

/// What a single key does, and the key that it is delivered with. Messages call the first `shortcut-…`.
pub const SHORTCUTS: [(&str, &str); 6] =
    [("search", "Slash"), ("new", "KeyN"), ("edit", "KeyE"), ("next", "KeyJ"), ("previous", "KeyK"), ("keys", "?")];

/// In the place of a key: there is none.
pub const OFF: &str = "off";

/// Keys that are neither letters nor digits, with what is on them.
pub const SIGNS: [(&str, &str); 6] =
    [("?", "?"), ("Slash", "/"), ("Comma", ","), ("Period", "."), ("Semicolon", ";"), ("Quote", "'")];

/// Whether single keys do anything.
pub fn are_on(kept: &str) -> bool {
    !kept.starts_with(OFF)
}

/// The key of a shortcut, or [`OFF`].
pub fn key_of<'a>(kept: &'a str, (name, delivered): (&str, &'a str)) -> &'a str {
    kept.split(' ').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or(delivered)
}

/// The shortcut that a key is pressed for.
pub fn meant(kept: &str, pressed: &str) -> Option<&'static str> {
    let found = SHORTCUTS.into_iter().find(|shortcut| key_of(kept, *shortcut) == pressed);
    found.filter(|_| are_on(kept)).map(|(name, _)| name)
}

/// What is on a key of a Latin keyboard.
pub fn label(key: &str) -> &str {
    let sign = SIGNS.iter().find(|(code, _)| *code == key).map(|(_, sign)| *sign);
    sign.or_else(|| key.strip_prefix("Key")).or_else(|| key.strip_prefix("Digit")).unwrap_or(key)
}
