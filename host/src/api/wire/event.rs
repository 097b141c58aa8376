//! The documented shape of an event on the stream. It is only documentation: what is sent was made elsewhere,
//! the same for webhooks and for streams.

use serde::Serialize;
use utoipa::ToSchema;

/// One event (`CloudEvents` 1.0), in the `data:` of a server-sent event whose `id:` is its sequence number.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "specversion": "1.0", "id": "1041", "source": "/businesses/default/conversations/chat-17", "type": "handover.opened",
    "time": "2026-03-02T17:30:00Z", "datacontenttype": "application/json", "data": { "handover": "chat-17~h1", "reason": "explicit-request" }
}))]
pub(crate) struct CloudEvent {
    pub(crate) specversion: String,
    /// The sequence number: grows from event to event, with gaps for those of others.
    pub(crate) id: String,
    pub(crate) source: String,
    /// What happened.
    #[serde(rename = "type")]
    pub(crate) kind: String,
    #[schema(format = DateTime)]
    pub(crate) time: String,
    pub(crate) datacontenttype: String,
    /// By type.
    #[schema(value_type = Object)]
    pub(crate) data: serde_json::Value,
}
