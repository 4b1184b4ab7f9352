//! Session descriptions as text: what is checked before a parser sees a stranger's, and what is
//! written into ours.

mod msid;
mod screen;

pub(crate) use msid::{Msid, write_msids};
pub(crate) use screen::{Limits, Refused, Section, SectionKind, screen_answer, screen_offer};
