//! The door: the only place where a request becomes something that the engine may be given. Every check
//! leaves its fault and goes on, so that one answer names all of them; what comes out cannot hold an
//! unchecked part.

mod faults;
pub(crate) use faults::{Faults, member};

mod packs;
pub(crate) use packs::{activate, promote, trial};

mod people;
pub(crate) use people::{accept, assign, complete, decline, give_back, new_token, note, presence, profile};

mod said;
pub(crate) use said::{request, said};
