//! The texts that hold when a pack gives none.
//!
//! They are the product's four messages, made honest: `when` is what the host promises, or that it will be as soon as
//! possible, and an emergency line is named only where there is one.

/// Who, what and why in one line.
pub(crate) const TITLE: &str = "Follow up: {{ topic or request }} — {{ label }}";

/// Everything needed to act without reading the chat.
pub(crate) const DESCRIPTION: &str = "\
Customer's main request: {{ request }}
{% if topic %}Topic: {{ topic }}
{% endif %}
Contact: {{ contact.line or 'not known yet' }}
{% if fields %}
Collected by the bot: {% for field in fields %}{{ field.name }}: {{ field.value }}{% if not loop.last %}; {% endif %}\
{% endfor %}

{% endif %}
{% if tags %}
Tags: {{ tags | join(', ') }}
{% endif %}
Reason: {{ label }}{% for passage in evidence %}{% if loop.first %} — {% else %}, {% endif %}\"{{ passage }}\"\
{% endfor %}

{% if note %}
Note: {{ note }}
{% endif %}
{% if messages %}
Last messages:
{% for message in messages %}
- {{ message.speaker }}: {{ message.text }}
{% endfor %}
{% endif %}
Please contact {{ when }}{% if promise %} (by {{ promise.due }}){% endif %} and log outcome.";

/// The four messages of one language.
#[derive(Debug)]
pub(crate) struct Messages {
    pub(crate) language: &'static str,
    pub(crate) standard: &'static str,
    pub(crate) urgent: &'static str,
    pub(crate) closed: &'static str,
    pub(crate) gap: &'static str,
}

/// By language; the first one is for every other.
pub(crate) const MESSAGES: [Messages; 5] = [
    Messages {
        language: "en",
        standard: "Thanks — one of our team members will follow up {{ when }} to assist you further.",
        urgent: "We’ve flagged this as urgent. Expect a callback or message {{ when }}.",
        closed: "We’re currently closed. A team member will reach out during business hours.\
            {% if emergency_line %} If this is urgent, please call our emergency line: {{ emergency_line }}.{% endif %}",
        gap: "We couldn’t find the exact details right now. \
            We’ve assigned this to a specialist who will help {{ when }}.",
    },
    Messages {
        language: "de",
        standard: "Vielen Dank – jemand aus unserem Team meldet sich {{ when }} bei Ihnen.",
        urgent: "Wir haben Ihr Anliegen als dringend markiert. Sie erhalten {{ when }} einen Anruf oder eine Nachricht.",
        closed: "Wir haben gerade geschlossen. Jemand aus unserem Team meldet sich während der Geschäftszeiten bei \
            Ihnen.{% if emergency_line %} In dringenden Fällen erreichen Sie unseren Notdienst unter \
            {{ emergency_line }}.{% endif %}",
        gap: "Die genauen Angaben konnten wir gerade nicht finden. Wir haben Ihr Anliegen an eine Fachkraft \
            weitergegeben, die Ihnen {{ when }} hilft.",
    },
    Messages {
        language: "es",
        standard: "Gracias. Una persona de nuestro equipo se pondrá en contacto con usted {{ when }}.",
        urgent: "Hemos marcado su solicitud como urgente. Recibirá una llamada o un mensaje {{ when }}.",
        closed: "Ahora mismo estamos cerrados. Una persona de nuestro equipo se pondrá en contacto con usted en \
            horario de atención.{% if emergency_line %} Si es urgente, llame a nuestra línea de emergencias: \
            {{ emergency_line }}.{% endif %}",
        gap: "No hemos encontrado la información exacta en este momento. Hemos pasado su consulta a una persona \
            especialista que le ayudará {{ when }}.",
    },
    Messages {
        language: "fr",
        standard: "Merci. Un membre de notre équipe vous recontactera {{ when }}.",
        urgent: "Nous avons signalé votre demande comme urgente. Vous recevrez un appel ou un message {{ when }}.",
        closed: "Nous sommes actuellement fermés. Un membre de notre équipe vous recontactera pendant les heures \
            d’ouverture.{% if emergency_line %} En cas d’urgence, appelez notre ligne d’urgence : \
            {{ emergency_line }}.{% endif %}",
        gap: "Nous n’avons pas trouvé les informations exactes pour le moment. Nous avons transmis votre demande à \
            un spécialiste qui vous aidera {{ when }}.",
    },
    Messages {
        language: "pt",
        standard: "Obrigado. Alguém da nossa equipe entrará em contato com você {{ when }}.",
        urgent: "Marcamos o seu pedido como urgente. Você receberá uma ligação ou mensagem {{ when }}.",
        closed: "No momento estamos fechados. Alguém da nossa equipe entrará em contato no horário de atendimento.\
            {% if emergency_line %} Se for urgente, ligue para a nossa linha de emergência: {{ emergency_line }}.\
            {% endif %}",
        gap: "Não encontramos a informação exata agora. Encaminhamos o seu pedido a um especialista, que vai \
            ajudar {{ when }}.",
    },
];

/// Words for the reasons that every pack knows; a pack's own reason is its name with spaces.
pub(crate) const LABELS: [(&str, &str); 5] = [
    ("explicit-request", "requested human"),
    ("information-gap", "information gap"),
    ("sentiment", "upset customer"),
    ("high-value", "high value"),
    ("complex-request", "complex request"),
];
