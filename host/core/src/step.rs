//! placeholder
use crate::*;
/// Refusal
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {}
/// Step
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /** a */
    Ask(Question),
    /** b */
    Done(Vec<Effect>),
    /** c */
    Refused(Refusal),
}
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pending;
