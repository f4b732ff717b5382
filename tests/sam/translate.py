"""Turns the SAM template into plain CloudFormation, without network or credentials.

cfn-lint does not look inside SAM resources by itself: of 18 deliberate mistakes it saw one. So what it is given is
the translated template.
"""

import copy
import logging

from samtranslator.parser.parser import Parser
from samtranslator.sdk.parameter import SamParameterValues
from samtranslator.translator.translator import Translator
from samtranslator.yaml_helper import yaml_parse

# Any address satisfies the translator: the code is uploaded by `sam deploy`, not here.
CODE_URI = "s3://not-uploaded/code.zip"

# The translator would fetch IAM's list of managed policies from AWS; the template names none.
MANAGED_POLICIES = {}


# It also complains, once a translation, that nobody collects its usage metrics.
logging.getLogger("samtranslator.metrics").setLevel(logging.ERROR)


class Region:
    """All that the translator asks of a boto session."""

    def __init__(self, name):
        self.region_name = name


def translate(text, region="eu-central-1"):
    """The plain CloudFormation of a SAM template's text. Raises `InvalidDocumentException` where SAM refuses it."""
    template = with_code(yaml_parse(text))
    values = {}
    SamParameterValues(values).add_default_parameter_values(template)
    return Translator(MANAGED_POLICIES, Parser(), boto_session=Region(region)).translate(template, values)


def with_code(template):
    template = copy.deepcopy(template)
    template.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for resource in template.get("Resources", {}).values():
        if isinstance(resource, dict) and resource.get("Type") == "AWS::Serverless::Function":
            resource.setdefault("Properties", {})["CodeUri"] = CODE_URI
    return template
