//! Names of form inputs for lines: `lines[2][item]`.

/// The input name of one cell.
pub fn input_name(row: usize, field: &str) -> String {
    format!("lines[{row}][{field}]")
}

/// Takes an input name apart again.
pub fn parse_input_name(name: &str) -> Option<(usize, &str)> {
    let (row, rest) = name.strip_prefix("lines[")?.split_once(']')?;
    let field = rest.strip_prefix('[')?.strip_suffix(']')?;
    Some((row.parse().ok()?, field))
}
