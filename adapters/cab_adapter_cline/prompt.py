"""The prompt as Cline takes it, so that nothing in it is carried out."""

from __future__ import annotations

import re

_LONGEST = 100_000  # bytes of an argument

# Of a file that the prompt names with an `@` Cline sends the content too. This plugin takes it out.
NO_MENTIONS = """
const attached = (part) => part?.type === "file" || part?.text?.startsWith("<file_content path=")
const bare = (message) => message.role !== "user" || !Array.isArray(message.content) ? message
  : { ...message, content: message.content.filter((part, n) => n === 0 || !attached(part)) }
export default {
  name: "no-mentions",
  manifest: { capabilities: ["messageBuilders"] },
  setup(api) {
    api.registerMessageBuilder({ name: "no-mentions", build: (messages) => messages.map(bare) })
  },
}
"""


def parted(prompt: str) -> tuple[str, str | None]:
    """Return the argument and what is to be said on standard input, which follows it on a line of its own.

    Cline takes white space off the ends of both. An argument of one word would be no prompt to it.
    """
    if len(prompt.encode("utf-8", "surrogatepass")) <= _LONGEST:
        return (prompt if re.search(r"\s", prompt) else f"{prompt} "), None
    lines = [m.start() for m in re.finditer(r"\n(?=\S)", prompt[: _LONGEST // 4])]
    cut = lines[-1] if lines else -1
    return (prompt[:cut], prompt[cut + 1 :]) if cut > 0 else (prompt, None)
