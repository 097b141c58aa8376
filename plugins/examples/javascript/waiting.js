// A detector in JavaScript: a customer who says that they are still waiting. Settings: { phrases: ["still waiting"] }

const bytes = (text) => new TextEncoder().encode(text).length;
let phrases = [];

export const lifecycle = {
  describe: () => ({
    name: 'waiting',
    version: '0.1.0',
    kind: 'detector',
    summary: 'Hears that somebody is still waiting.',
    settingsSchema: JSON.stringify({
      type: 'object',
      properties: { phrases: { type: 'array', items: { type: 'string' }, minItems: 1 } },
      additionalProperties: false,
    }),
  }),

  // Runs once; every call begins with a copy of what it leaves behind.
  configure(settings) {
    phrases = (JSON.parse(settings).phrases ?? ['still waiting']).map((phrase) => phrase.toLowerCase());
    const empty = phrases.indexOf('');
    if (empty >= 0) throw { pointer: `/phrases/${empty}`, message: 'is empty; write what customers say' };
  },
};

export const detection = {
  detect(message, conversation) {
    if (message.speaker !== 'customer') return [];
    const text = message.text.toLowerCase();
    const found = phrases.find((phrase) => text.includes(phrase));
    if (!found) return [];
    // Places are counted in bytes of UTF-8.
    const start = bytes(text.slice(0, text.indexOf(found)));
    return [
      {
        confidence: conversation.failedAnswers() > 0 ? 0.95 : 0.8,
        evidence: [{ start, end: start + bytes(found), rule: found }],
        tags: ['waiting'],
        priority: 'high',
        fields: [],
      },
    ];
  },
};
