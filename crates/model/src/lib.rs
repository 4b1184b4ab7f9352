//! The group rules as a model: members, somebody malicious who has the link, and a server that is honest or is
//! not, with everything that can happen among them within bounds.
//!
//! What is checked is what `protocol/group.md` says under "Inside the group". MLS itself is taken at its word: two
//! devices hold the same secrets if and only if they have processed the same commits on the same beginning, only
//! members can make a member's commit, and signatures are their owner's. `docs/explanation/group.md` says what
//! that leaves out and what was found.

pub mod acts;
pub mod adversary;
pub mod choices;
pub mod device;
pub mod duties;
pub mod epoch;
pub mod meeting;
pub mod model;
pub mod people;
pub mod properties;
pub mod rules;
pub mod scope;
