"""A detector in Python: a customer who says that they are still waiting. Settings: {"phrases": ["still waiting"]}"""

import json

from componentize_py_types import Err
from wit_world import exports
from wit_world.exports.detection import Signal
from wit_world.imports.types import Description, Fault, Kind, Priority, Span, Speaker

SCHEMA = {
    "type": "object",
    "properties": {"phrases": {"type": "array", "items": {"type": "string"}, "minItems": 1}},
    "additionalProperties": False,
}
phrases = []


class Lifecycle(exports.Lifecycle):
    def describe(self):
        summary = "Hears that somebody is still waiting."
        return Description("waiting", "0.1.0", Kind.DETECTOR, summary, json.dumps(SCHEMA))

    # Runs once; every call begins with a copy of what it leaves behind.
    def configure(self, settings):
        global phrases
        phrases = [phrase.lower() for phrase in json.loads(settings).get("phrases", ["still waiting"])]
        if "" in phrases:
            raise Err(Fault(f"/phrases/{phrases.index('')}", "is empty; write what customers say"))


class Detection(exports.Detection):
    def detect(self, message, conversation):
        if message.speaker != Speaker.CUSTOMER:
            return []
        text = message.text.lower()
        found = next((phrase for phrase in phrases if phrase in text), None)
        if found is None:
            return []
        # Places are counted in bytes of UTF-8.
        start = len(text[: text.index(found)].encode())
        return [
            Signal(
                reason=None,
                confidence=0.95 if conversation.failed_answers() > 0 else 0.8,
                evidence=[Span(start, start + len(found.encode()), found)],
                tags=["waiting"],
                priority=Priority.HIGH,
                fields=[],
                note=None,
            )
        ]
