//! Limits on what a reader must hold in mind at once.

use super::Findings;
use super::sources::Source;

/// Lines of a function, signature and braces included: what fits on a screen.
pub const FUNCTION_LINES_MAX: usize = 70;

/// Lines of a file without its unit tests. Most files have about 100 and few over 300; beyond this, two things share it.
pub const FILE_LINES_MAX: usize = 400;

/// Lines of a file that is all tests. They are read one by one, so more may share a file.
pub const TEST_FILE_LINES_MAX: usize = 600;

/// Files and functions that are too long.
pub fn readable(sources: &[Source]) -> Findings {
    sources
        .iter()
        .flat_map(|source| [long_file(source), long_functions(source)].concat())
        .collect()
}

fn long_file(source: &Source) -> Findings {
    let most = if source.is_tests() {
        TEST_FILE_LINES_MAX
    } else {
        FILE_LINES_MAX
    };
    let lines = source.own_lines();
    let found = format!(
        "{}: {lines} lines of code, over {most}; split it by what it does",
        source.path
    );
    (lines > most).then_some(found).into_iter().collect()
}

fn long_functions(source: &Source) -> Findings {
    let long = source
        .walk()
        .functions
        .into_iter()
        .filter_map(|(name, first, last)| {
            let lines = last.saturating_sub(first).saturating_add(1);
            (lines > FUNCTION_LINES_MAX).then(|| {
                format!(
                    "{}:{first}: {name} has {lines} lines, over {FUNCTION_LINES_MAX}",
                    source.path
                )
            })
        });
    long.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Findings {
        readable(&[Source::parse("shared/app/src/x.rs", text).unwrap()])
    }

    #[test]
    fn a_function_one_line_too_long_is_found() {
        let statements = |count| "    let _ = 1;\n".repeat(count);
        assert_eq!(
            found(&format!("fn f() {{\n{}}}\n", statements(68))),
            Findings::new()
        );
        assert_eq!(found(&format!("fn f() {{\n{}}}\n", statements(69))).len(), 1);
        assert_eq!(
            found(&format!("impl X {{ fn f() {{\n{}}} }}\n", statements(69))).len(),
            1
        );
    }

    #[test]
    fn a_file_one_line_too_long_is_found_but_its_tests_do_not_count() {
        let code = "const X: u8 = 1;\n".repeat(400);
        let tests = format!(
            "#[cfg(test)]\nmod tests {{\n{}}}\n",
            "const Y: u8 = 1;\n".repeat(99)
        );
        assert_eq!(found(&format!("{code}{tests}")), Findings::new());
        assert_eq!(found(&format!("{code}const Z: u8 = 1;\n{tests}")).len(), 1);
    }
}
