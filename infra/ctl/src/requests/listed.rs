//! A list of operations, written as it is read: a day may have a million of them.

use std::io::{self, Write};

use app::log_table;
use domain::ai_request::{AiRequest, Status};

use super::{each, shown};
use crate::arguments::Days;
use crate::show::count;
use crate::{Error, Report};

/// Lines of each part of a day that are held at once.
const PAGE: i32 = 1_000;
/// Lines that are written at once, and whose rows are read at once where they are wanted.
const AT_ONCE: usize = 100;

/// In what form a list is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Csv,
    Json,
}

/// A list that is being written.
pub(super) struct List<'o> {
    out: &'o mut dyn Write,
    form: Form,
    written: u64,
}

/// Writes the operations of some days, in the order of time.
pub(super) async fn list(
    days: &Days,
    results: bool,
    status: Option<Status>,
    list: &mut List<'_>,
) -> Result<Report, Error> {
    let log = days.target.find().await?.requests()?;
    let mut lines = log.in_order(each(days)?, PAGE);
    loop {
        let mut next = Vec::new();
        while next.len() < AT_ONCE
            && let Some(line) = lines.next().await?
        {
            if status.is_none_or(|status| status == line.status) {
                next.push(line);
            }
        }
        let is_last = next.len() < AT_ONCE;
        if results {
            log.complete(&mut next).await?;
        }
        match list.write(&next)? {
            Ok(()) => {}
            // Whoever reads may have gone, as `head` does: then the rest is read for nobody.
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(Report::rest("")),
            Err(error) => return Err(Error::Machine(Box::new(error))),
        }
        if is_last {
            return Ok(list.end(lines.unreadable()));
        }
    }
}

impl<'o> List<'o> {
    pub(super) fn begin(out: &'o mut dyn Write, json: bool, csv: bool) -> Self {
        let form = match (json, csv) {
            (true, _) => Form::Json,
            (false, true) => Form::Csv,
            (false, false) => Form::Text,
        };
        Self {
            out,
            form,
            written: 0,
        }
    }

    /// Writes lines behind those that are written; within, whether they could be written.
    fn write(&mut self, lines: &[AiRequest]) -> Result<io::Result<()>, Error> {
        let is_first = self.written == 0;
        self.written = self.written.saturating_add(crate::show::number(lines.len()));
        let text = match self.form {
            Form::Csv if is_first => log_table::lines(lines).map_err(shown::broken)?,
            _ if lines.is_empty() => return Ok(Ok(())),
            Form::Csv => log_table::more_lines(lines).map_err(shown::broken)?,
            Form::Text => joined(lines, "\n", shown::line),
            Form::Json => {
                let before = if is_first { "{\"requests\": [\n" } else { ",\n" };
                let rows = joined(lines, ",\n", |line| shown::row(line).to_string());
                return Ok(write!(self.out, "{before}{rows}"));
            }
        };
        Ok(writeln!(self.out, "{text}"))
    }

    /// What is said last.
    fn end(&self, unreadable: u64) -> Report {
        let text = match self.form {
            Form::Json if self.written == 0 => format!("{{\"requests\": [],\n\"unreadable\": {unreadable}}}"),
            Form::Json => format!("\n],\n\"unreadable\": {unreadable}}}"),
            Form::Csv => String::new(),
            Form::Text => {
                let nothing = (self.written == 0).then_some("nothing was asked for\n");
                let total = count(self.written, "operation");
                let holes = (unreadable > 0).then(|| format!("\n{}", super::holes(unreadable)));
                format!(
                    "{}{total}{}",
                    nothing.unwrap_or_default(),
                    holes.unwrap_or_default()
                )
            }
        };
        Report {
            sound: unreadable == 0,
            ..Report::rest(text)
        }
    }
}

fn joined(lines: &[AiRequest], between: &str, told: impl Fn(&AiRequest) -> String) -> String {
    let lines: Vec<String> = lines.iter().map(told).collect();
    lines.join(between)
}
