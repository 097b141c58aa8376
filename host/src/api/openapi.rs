//! What the functions cannot say by themselves is added to the `OpenAPI` document here, once for all of them:
//! how to authenticate, the headers that every request may carry, and the problems that the common path of a
//! request can end in.

use std::collections::BTreeMap;

use utoipa::openapi::path::{HttpMethod, Operation, Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Required, ResponseBuilder};
use utoipa::{Modify, ToSchema};

use super::problem::{Kind, ProblemBody};

/// The frame that the routes are added to.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Baton",
        description = "Hands an AI bot's chat over to a human, and sees to it that somebody picks it up.\n\n\
            Errors are `application/problem+json` (RFC 9457); `/problems` lists their types. Lists page by cursor: follow `next` \
            or the `Link` header. A token belongs to one business and has one of the scopes that each operation names; `admin` may \
            do everything, and a token for every business names the one it means in `Baton-Business`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    modifiers(&Bearer),
    components(schemas(ProblemBody)),
    tags(
        (name = "conversations", description = "Messages in, judgements out; who may speak."),
        (name = "handovers", description = "Why a human was asked, who was, and what came of it."),
        (name = "tasks", description = "What people must do, and what they do."),
        (name = "agents", description = "Who is there."),
        (name = "reports", description = "What came of it, over a period."),
        (name = "events", description = "What happens, as it happens; and what could not be delivered."),
        (name = "plugins", description = "What the rules' components say, and where they failed."),
        (name = "administration", description = "Packs and tokens."),
        (name = "service", description = "Of the daemon itself."),
    ),
)]
pub(crate) struct Document;

struct Bearer;

impl Modify for Bearer {
    fn modify(&self, document: &mut OpenApi) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("baton_<id>_<secret>")
            .description(Some("Made by `baton token create` or `POST /v1/tokens`. The roles of an operation's security are the scopes that it takes."))
            .build();
        let components = document.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// The document with its common parts, as JSON.
pub(crate) fn text(mut document: OpenApi) -> String {
    for item in document.paths.paths.values_mut() {
        let operations = [
            (HttpMethod::Get, &mut item.get),
            (HttpMethod::Post, &mut item.post),
            (HttpMethod::Put, &mut item.put),
            (HttpMethod::Delete, &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                complete(&method, operation);
            }
        }
    }
    serde_json::to_string(&document).expect("a document of strings and numbers can be written")
}

/// Parameters that name something: given and empty, they name nothing.
const NOT_EMPTY: [&str; 5] = ["cursor", "reason", "agent", "role", "id"];

/// Adds what the gate and the extractors answer.
fn complete(method: &HttpMethod, operation: &mut Operation) {
    let mut kinds = vec![];
    if operation.security.is_some() {
        kinds.extend([
            Kind::Unauthorized,
            Kind::ScopeNeeded,
            Kind::RateLimited,
            Kind::Busy,
            Kind::Stopping,
            Kind::TimedOut,
            Kind::Internal,
        ]);
        kinds.extend([Kind::NotFound, Kind::StoredDamaged]);
        // The header may be malformed wherever it may be.
        kinds.push(Kind::InvalidRequest);
        let text = "The business that is meant; only for a token that holds for every one.";
        add_header(operation, "Baton-Business", text, name());
    }
    if operation.request_body.is_some() {
        kinds.extend([
            Kind::MalformedJson,
            Kind::NotUtf8,
            Kind::BodyTooLarge,
            Kind::UnsupportedMediaType,
            Kind::InvalidRequest,
            Kind::UnknownName,
        ]);
        kinds.push(Kind::DiskFull);
    }
    let is_checked = |parameter: &RefOr<Parameter>| match parameter {
        RefOr::T(parameter) => parameter.parameter_in != ParameterIn::Header,
        RefOr::Ref(_) => true,
    };
    if operation.parameters.iter().flatten().any(is_checked) {
        kinds.push(Kind::InvalidRequest);
    }
    for parameter in operation.parameters.iter_mut().flatten() {
        if let RefOr::T(parameter) = parameter
            && NOT_EMPTY.contains(&parameter.name.as_str())
            && let Some(RefOr::T(Schema::Object(text))) = &mut parameter.schema
        {
            text.min_length = Some(1);
        }
    }
    if *method == HttpMethod::Post {
        let text = "1 to 255 characters that stand for this request: repeated within 24 hours, it gets the first answer, with \
            `Idempotency-Replayed: true`, and nothing is done again.";
        let key = ObjectBuilder::new().min_length(Some(1)).max_length(Some(255));
        add_header(operation, "Idempotency-Key", text, key);
        kinds.extend([Kind::IdempotencyKeyInFlight, Kind::IdempotencyKeyReused]);
    }
    add_header(
        operation,
        "X-Request-Id",
        "Names the request in the daemon's log; the answer has it, or one that Baton made.",
        ObjectBuilder::new(),
    );
    kinds.sort_unstable();
    kinds.dedup();
    let mut by_status: BTreeMap<u16, Vec<Kind>> = BTreeMap::new();
    for kind in kinds {
        by_status.entry(kind.status().as_u16()).or_default().push(kind);
    }
    for (status, kinds) in by_status {
        let lines: Vec<_> = kinds
            .iter()
            .map(|kind| format!("`/problems/{}`: {}.", kind.slug(), kind.title()))
            .collect();
        let added = lines.join("\n\n");
        let responses = &mut operation.responses.responses;
        match responses.get_mut(&status.to_string()) {
            Some(RefOr::T(response)) => response.description = format!("{}\n\n{added}", response.description),
            Some(RefOr::Ref(_)) => {}
            None => {
                let content = ContentBuilder::new()
                    .schema(Some(Ref::from_schema_name(ProblemBody::name())))
                    .build();
                let response = ResponseBuilder::new()
                    .description(added)
                    .content("application/problem+json", content)
                    .build();
                responses.insert(status.to_string(), RefOr::T(response));
            }
        }
    }
}

/// A business's id, as a pattern; its length is that of `baton_core::BusinessId`.
fn name() -> ObjectBuilder {
    ObjectBuilder::new()
        .pattern(Some("^[A-Za-z0-9._:@+=-]+$"))
        .max_length(Some(64))
}

fn add_header(operation: &mut Operation, name: &str, description: &str, text: ObjectBuilder) {
    let text = text.schema_type(Type::String).build();
    let parameter: Parameter = ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(description))
        .schema(Some(text))
        .build();
    operation.parameters.get_or_insert_default().push(RefOr::T(parameter));
}
