//! How names leave for TypeScript: as text.

use core::fmt::Display;

use serde::Serializer;

pub(crate) fn text<S: Serializer>(value: &impl Display, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(value)
}

#[expect(clippy::ref_option, reason = "serde gives the field")]
pub(crate) fn optional_text<S: Serializer>(
    value: &Option<impl Display>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    match value {
        Some(value) => serializer.serialize_some(&format_args!("{value}").to_string()),
        None => serializer.serialize_none(),
    }
}
