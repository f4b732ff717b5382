//! Where in which trace the code that runs now is. A thread runs one thing at a time; what is entered is put on top, and what
//! is left is taken off, as the subscriber is told with each turn of a future.

use std::cell::RefCell;

use crate::Link;

thread_local! {
    static HERE: RefCell<Vec<(u64, Option<Link>)>> = const { RefCell::new(Vec::new()) };
}

/// What follows from here, in another invocation, follows from this; `None` if nothing is recorded.
pub fn here() -> Option<Link> {
    HERE.with_borrow(|here| here.last().and_then(|(_, link)| link.clone()))
}

pub(crate) fn entered(span: u64, link: Option<Link>) {
    HERE.with_borrow_mut(|here| here.push((span, link)));
}

/// A span has learned to which trace it belongs.
pub(crate) fn learned(span: u64, link: &Link) {
    HERE.with_borrow_mut(|here| {
        let found = here.iter_mut().rev().find(|(entered, _)| *entered == span);
        if let Some((_, known)) = found {
            *known = Some(link.clone());
        }
    });
}

pub(crate) fn left(span: u64) {
    HERE.with_borrow_mut(|here| {
        if let Some(at) = here.iter().rposition(|(entered, _)| *entered == span) {
            here.remove(at);
        }
    });
}
