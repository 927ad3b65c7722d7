"""What servers say of an error, each as it was seen: `fault.py` says what follows from it."""

from __future__ import annotations

from . import lazy_re as re

# What servers say where the conversation does not fit, each as it was seen: OpenAI, vLLM, llama.cpp, TGI, LM
# Studio, Ollama, TabbyAPI, TensorRT-LLM, Anthropic, Bedrock, Gemini, Mistral, xAI, Groq, Cohere, Moonshot,
# MiniMax, DashScope, Volcengine, SiliconFlow, Zhipu, Snowflake, Copilot, GitHub Models.
CONTEXT = re.compile(
    r"(exceed|longer than|larger than|greater than|maximum|too (long|large)|does not fit|overflow)[^.]{0,80}"
    r"context[ _](length|window|size|limit)"
    r"|context[ _](length|window|size|limit)[^.]{0,80}(exceed|overflow|too small)|context the overflows"
    r"|tokens? but the model('s)? context (length|window|size) is"
    r"|(prompt|input|conversation)s?( tokens)?( \([^)]*\))? ((is|are) )?(too long|longer than)"
    r"|messages?( \([^)]*\))? (is|are) (too long|longer than)"
    r"|maximum model length|max_model_len|maximum prompt length|prompt exceeds max length"
    r"|(less|greater|larger|longer|more) than (the )?max_seq_len|exceeds? (the )?max_seq_len"
    r"|exceeds? (the )?max(imum)? (input length|(message|input|prompt) tokens)|too big compared to kv size"
    r"|(input|prompt) token(s| count)[^.]{0,60}(exceed|only supports up to)|exceeded model token limit"
    r"|too many (input |prompt )?tokens(?!,? (please |try|per))|max size: \d+ tokens"
    r"|max tokens of \d+ exceeded"
    r"|range of input length|reduce the length of the (messages|input|prompt)"
    r"|tokens\W* must be <=|must have less than \d+ tokens|max_tokens must be at least \d+, got -\d"
    r"|prompt\s*超长|超(过|出)[^。]{0,20}(上下文|最大长度|token)",
    re.I,
)
# The same as a code: then it is so whatever else the words hold.
CONTEXT_CODE = re.compile(
    r"\b(context_length_exceeded|exceed_context_size_error|\w*prompt_tokens_exceeded|tokens_limit_reached)\b"
)
POLICY = re.compile(
    r"content[ _-]?(filter|policy|management policy)|responsible ?ai|usage polic|acceptable use"
    r"|(input|prompt|message|content|request)\b[^.]{0,40}\b(flagged|inappropriate|(?<!case.)sensitive|unsafe)"
    r"|prohibited_content|data_?inspection|moderation",
    re.I,
)
# What judges a content can be out of order itself.
DOWN = re.compile(r"unavailable|timed? ?out|connecting|\bdown\b|overload", re.I)
# What is the endpoint's, or its user's account there, whatever else is said beside it.
ACCOUNT = re.compile(
    r"api[ _-]?key|credential|authenticat|authori[sz]|permission|access denied|account|billing|balance|quota"
    r"|credit|payment|subscription|rate[ _-]?limit|(tokens|requests) per (min|day)|\btpm\b|organi[sz]ation"
    r"|throttl|usage limit|plan limit|extra usage|spend(ing)? limit|max budget|budget(_| has been )exceeded"
    r"|exceed\w* (\w+ ){0,3}budget|user location|your (country|region)",
    re.I,
)
MODEL = re.compile(
    r"(no such|invalid|unknown|unsupported) model|models? (loaded|available)|not loaded"
    r"|models?\b.{0,100}(not|doesn't) (exist|found)|https? (port|server)|model_not_supported|model_name"
    r"|requested model is not|model in your request",
    re.I,
)
# What this model or server cannot do at all: a CLI and a model that do not go together.
UNABLE = re.compile(r"(does not|doesn't|not) support|is not supported|unsupported|requires --", re.I)
SERVER = re.compile(
    DOWN.pattern + r"|capacity|upstream|provider|internal|deployment|region|out of memory"
    r"|crash|exit code|unload|(failed|failure) to load|system resources|insufficient|channel error|sleeping"
    r"|\bengine|shut(ting)? down|restart|terminated|disconnect|connection|not ready|stopped",
    re.I,
)
# A limit of an HTTP server on bytes: nobody looked at a conversation.
BODY_LIMIT = re.compile(
    r"(entity|payload|content|body)[ _.]?(is )?too[ _.]?large|(body|length|payload)( size)? limit", re.I
)
HEADERS = re.compile(r"header[^.]{0,30} too (large|long|big)", re.I)  # these are the CLI's
# What follows is a name of the sender's own choice, and shows nothing.
ARGUMENT = re.compile(
    r"(unknown|unrecognized|unexpected) (request )?(argument|parameter|field|key)"
    r"|(invalid|unknown|unsupported|unexpected) (message )?(role|content type)"
    r"|missing (required )?(argument|parameter|field)",
    re.I,
)
# What a request refers to: of what is not there, or cannot be fetched, the sender chose the name.
REFERENCE = re.compile(
    r"\b(item|prompt|conversation|container|response|file|vector store) with id\b.{0,100}not found"
    r"|cachedcontent not found|permission to access the file\b|file not found: file[_-]"
    r"|(download|fetch|retriev)\w* .{0,40}https?://",
    re.I,
)
# What names what was sent to be malformed, and so holds with every status: llama.cpp says it with a 500.
MALFORMED = re.compile(
    r"fail(ed|ure)? to parse (the )?(tool[ _]call|function|messages|tools|request)\b"
    r"|tool_use_failed|roles must alternate",
    re.I,
)
CONVERSATION = re.compile(
    r"^(messages|tools|tool_choice|functions|function_call|input|prompt)\b"
    r"|\bmessages\b|tool_calls?\b|\btools?[\[.]|function (parameters|schema)|invalid schema|\broles? must"
    r"|\bcontents(\[|\.parts)|function ?(call|response) (turn|part)",  # Gemini
    re.I,
)

# A finish_reason that names no end but a failure: error, network_error, abort, insufficient_system_resource,
# failed.
FAILED = re.compile(r"error|fail|abort|cancel|insufficient|time_?out|overload", re.I)
