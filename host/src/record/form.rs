//! What makes a stored form of a type of the core, and the types that forms are built from.
//!
//! `forms!` declares a form once and derives everything from that line: the serde mirror, and the conversion both ways
//! by full destructuring. A field or variant that is added to the core does not compile until it is named here, and
//! whoever names it meets the rules about old data in the module above. In tests the same line also makes any value of
//! the type, so that the round trips leave nothing out. An id is stored as text and checked again when
//! it is read, so a damaged row cannot bring an unchecked id past the door.

use std::collections::{BTreeMap, BTreeSet};

use baton_core::{AgentId, BotId, ConversationId, HandoverId, IdError, MessageId, Reason, RoleId, Span, TaskId, Time};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A type that has a stored form.
pub trait Stored: Sized {
    /// What is written.
    type Form: Serialize + DeserializeOwned;

    /// To what is written.
    fn to_form(&self) -> Self::Form;

    /// From what was written; fails where an id in it is none.
    fn from_form(form: Self::Form) -> Result<Self, IdError>;
}

/// Declares stored forms: `struct TYPE as FORM { field: Type, .. }` and `enum TYPE as FORM { A, B(b: Type), C { c: Type } }`.
macro_rules! forms {
    () => {};
    (struct $name:ident as $form:ident { $($field:ident: $type:ty),* $(,)? } $($rest:tt)*) => {
        #[derive(serde::Serialize, serde::Deserialize)]
        pub struct $form { $($field: <$type as Stored>::Form),* }

        impl Stored for $name {
            type Form = $form;

            fn to_form(&self) -> $form {
                let Self { $($field),* } = self;
                $form { $($field: $field.to_form()),* }
            }

            fn from_form(form: $form) -> Result<Self, baton_core::IdError> {
                let $form { $($field),* } = form;
                Ok(Self { $($field: Stored::from_form($field)?),* })
            }
        }

        #[cfg(test)]
        impl $crate::record::tests::Any for $name {
            fn any(from: &mut $crate::record::tests::Entropy) -> Self {
                Self { $($field: $crate::record::tests::Any::any(from)),* }
            }
        }
        forms! { $($rest)* }
    };
    (enum $name:ident as $form:ident {
        $($variant:ident $(($item:ident: $itemtype:ty))? $({ $($field:ident: $type:ty),* $(,)? })?),* $(,)?
    } $($rest:tt)*) => {
        #[derive(serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        #[allow(clippy::large_enum_variant, reason = "a form lives for one conversion")]
        pub enum $form {
            $($variant $((<$itemtype as Stored>::Form))? $({ $($field: <$type as Stored>::Form),* })?),*
        }

        impl Stored for $name {
            type Form = $form;

            fn to_form(&self) -> $form {
                match self {
                    $(Self::$variant $(($item))? $({ $($field),* })? =>
                        $form::$variant $(($item.to_form()))? $({ $($field: $field.to_form()),* })?),*
                }
            }

            fn from_form(form: $form) -> Result<Self, baton_core::IdError> {
                Ok(match form {
                    $($form::$variant $(($item))? $({ $($field),* })? =>
                        Self::$variant $((Stored::from_form($item)?))? $({ $($field: Stored::from_form($field)?),* })?),*
                })
            }
        }

        #[cfg(test)]
        impl $crate::record::tests::Any for $name {
            #[allow(unused_variables, reason = "a variant without fields needs no entropy")]
            fn any(from: &mut $crate::record::tests::Entropy) -> Self {
                use $crate::record::tests::Entropy;
                let variants: &[fn(&mut Entropy) -> Self] = &[
                    $(|from| Self::$variant $((<$itemtype as $crate::record::tests::Any>::any(from)))? $({ $($field: <$type as $crate::record::tests::Any>::any(from)),* })?),*
                ];
                variants[from.below(variants.len())](from)
            }
        }
        forms! { $($rest)* }
    };
}
pub(super) use forms;

/// Types that are their own form.
macro_rules! plain {
    ($($type:ty),*) => {$(
        impl Stored for $type {
            type Form = Self;

            fn to_form(&self) -> Self {
                self.clone()
            }

            fn from_form(form: Self) -> Result<Self, IdError> {
                Ok(form)
            }
        }
    )*};
}
plain!(bool, u32, u64, f32, String);

/// Types that are stored as their text, and checked when they are read.
macro_rules! text {
    ($($type:ty),*) => {$(
        impl Stored for $type {
            type Form = String;

            fn to_form(&self) -> String {
                self.to_string()
            }

            fn from_form(form: String) -> Result<Self, IdError> {
                form.parse()
            }
        }
    )*};
}
text!(
    AgentId,
    BotId,
    ConversationId,
    HandoverId,
    MessageId,
    Reason,
    RoleId,
    TaskId
);

impl Stored for Time {
    type Form = i64;

    fn to_form(&self) -> i64 {
        self.0
    }

    fn from_form(form: i64) -> Result<Self, IdError> {
        Ok(Self(form))
    }
}

impl Stored for Span {
    type Form = i64;

    fn to_form(&self) -> i64 {
        self.0
    }

    fn from_form(form: i64) -> Result<Self, IdError> {
        Ok(Self(form))
    }
}

impl<T: Stored> Stored for Option<T> {
    type Form = Option<T::Form>;

    fn to_form(&self) -> Self::Form {
        self.as_ref().map(T::to_form)
    }

    fn from_form(form: Self::Form) -> Result<Self, IdError> {
        form.map(T::from_form).transpose()
    }
}

impl<T: Stored> Stored for Vec<T> {
    type Form = Vec<T::Form>;

    fn to_form(&self) -> Self::Form {
        self.iter().map(T::to_form).collect()
    }

    fn from_form(form: Self::Form) -> Result<Self, IdError> {
        form.into_iter().map(T::from_form).collect()
    }
}

impl<T: Stored + Ord> Stored for BTreeSet<T> {
    type Form = Vec<T::Form>;

    fn to_form(&self) -> Self::Form {
        self.iter().map(T::to_form).collect()
    }

    fn from_form(form: Self::Form) -> Result<Self, IdError> {
        form.into_iter().map(T::from_form).collect()
    }
}

impl Stored for BTreeMap<String, String> {
    type Form = Self;

    fn to_form(&self) -> Self {
        self.clone()
    }

    fn from_form(form: Self) -> Result<Self, IdError> {
        Ok(form)
    }
}

impl<A: Stored, B: Stored> Stored for (A, B) {
    type Form = (A::Form, B::Form);

    fn to_form(&self) -> Self::Form {
        (self.0.to_form(), self.1.to_form())
    }

    fn from_form((a, b): Self::Form) -> Result<Self, IdError> {
        Ok((A::from_form(a)?, B::from_form(b)?))
    }
}
