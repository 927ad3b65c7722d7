"""What servers say of an error, each as it was seen: `fault.py` says what follows from it."""

from __future__ import annotations

import re

# What servers say where the conversation does not fit, each as it was seen: OpenAI, vLLM, llama.cpp, TGI, LM
# Studio, Ollama, Anthropic, Bedrock, Gemini, Mistral, xAI, Groq, Moonshot, MiniMax, DashScope, Z.ai, Copilot.
CONTEXT = re.compile(
    r"(exceed|longer than|larger than|greater than|maximum|too (long|large)|does not fit|overflow)[^.]{0,80}"
    r"context[ _](length|window|size)"
    r"|context[ _](length|window|size)[^.]{0,80}(exceed|overflow|too small)|context the overflows"
    r"|(prompt|input|conversation|message)s?( \([^)]*\))? (is|are) (too long|longer than)"
    r"|maximum model length|max_model_len|maximum prompt length|prompt exceeds max length"
    r"|(input|prompt) token(s| count)[^.]{0,60}exceed|exceeded model token limit|prompt_tokens_exceeded"
    r"|range of input length|reduce the length of the (messages|input|prompt)"
    r"|tokens\W* must be <=|must have less than \d+ tokens",
    re.I,
)
POLICY = re.compile(
    r"content[ _-]?(filter|policy|management policy)|responsible ?ai|usage polic|acceptable use"
    r"|(input|prompt|message|content|request)\b[^.]{0,40}\b(flagged|inappropriate|sensitive|unsafe)"
    r"|prohibited_content|data_inspection|moderation",
    re.I,
)
# What is the endpoint's, or its user's account there, whatever else is said beside it.
ACCOUNT = re.compile(
    r"api[ _-]?key|credential|authenticat|authori[sz]|permission|access denied|account|billing|balance|quota"
    r"|credit|payment|subscription|rate[ _-]?limit|(tokens|requests) per (min|day)|\btpm\b|organi[sz]ation",
    re.I,
)
MODEL = re.compile(
    r"(no such|invalid|unknown|unsupported) model|models? (loaded|available)|not loaded"
    r"|models?\b.{0,100}(not|doesn't) (exist|found)|https? (port|server)",
    re.I,
)
# What this model or server cannot do at all: a CLI and a model that do not go together.
UNABLE = re.compile(r"(does not|doesn't|not) support|is not supported|unsupported|requires --", re.I)
SERVER = re.compile(
    r"overload|capacity|unavailable|timed? ?out|upstream|provider|internal|deployment|region|out of memory",
    re.I,
)
CONVERSATION = re.compile(
    r"^(messages|tools|tool_choice|functions|function_call|input|prompt)\b"
    r"|\bmessages\b|tool_calls?\b|\btools?[\[.]|function (parameters|schema)|invalid schema|\broles? must",
    re.I,
)
