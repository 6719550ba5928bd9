"""The optional LLM: any OpenAI-compatible endpoint, asked for validated objects, with a log of all that leaves.

Importing this loads neither openai nor langchain; the first request does.
"""

from analyst.llm.check import EndpointReport, Probe, check_endpoint
from analyst.llm.client import LlmClient
from analyst.llm.endpoint import Endpoint, endpoint_of, is_configured, require_llm
from analyst.llm.erasing import erase_evidence
from analyst.llm.outbox import Outbox, SentCall
from analyst.llm.sending import Budget
from analyst.llm.tools import Tool, ToolResult, converse
from analyst.llm.types import RUNGS, LlmFailed, LlmReply, Reason, Rung, Usage

__all__ = [
    "RUNGS",
    "Budget",
    "Endpoint",
    "EndpointReport",
    "LlmClient",
    "LlmFailed",
    "LlmReply",
    "Outbox",
    "Probe",
    "Reason",
    "Rung",
    "SentCall",
    "Tool",
    "ToolResult",
    "Usage",
    "check_endpoint",
    "converse",
    "endpoint_of",
    "erase_evidence",
    "is_configured",
    "require_llm",
]
