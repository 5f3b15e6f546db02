"""Starts MiniStack. What it lacks and a deployment needs is added here, and nowhere in what is deployed."""

import json
import os
import signal
import sys
import threading

from ministack import app
from ministack.core import iam_actions
from ministack.services import apigateway
from ministack.services.cloudformation import provisioners

# Alarms on metric math are refused: they are kept as alarms on their first metric, and never evaluated.
alarm_record = provisioners._cw_metric_alarm_record


def alarm_on_first_metric(name, props):
    metrics = props.get("Metrics") or []
    first = next((each["MetricStat"] for each in metrics if "MetricStat" in each), None)
    if first is None:
        return alarm_record(name, props)
    plain = {key: value for key, value in props.items() if key != "Metrics"}
    stat = {"Period": first["Period"], "Statistic": first["Stat"]}
    return alarm_record(name, {**plain, **first["Metric"], **stat})


provisioners._cw_metric_alarm_record = alarm_on_first_metric

# The keys of its own user pools are fetched without TLS, which it does not answer when it speaks TLS.
fetch_jwks = apigateway._fetch_jwks
apigateway._fetch_jwks = lambda url: fetch_jwks(url.replace("http://", "https://"))

# API Gateway omits path parameters where there are none; here they are null.
invoke_proxy = apigateway._invoke_lambda_proxy


def invoke_with_parameters(*args, **named):
    *first, parameters = args
    return invoke_proxy(*first, parameters or {}, **named)


apigateway._invoke_lambda_proxy = invoke_with_parameters

# IAM knows conditions on the encryption context of a call of KMS.
tag_context = iam_actions.request_tag_context


def context_of_request(service, action, body, params):
    context = tag_context(service, action, body, params)
    if service == "kms":
        entries = json.loads(body or b"{}").get("EncryptionContext") or {}
        context |= {f"kms:EncryptionContext:{key}": value for key, value in entries.items()}
    return context


iam_actions.request_tag_context = context_of_request

# IAM has no actions of SQS's batches: who may send one message may send ten.
action_of = iam_actions.extract_iam_action


def action_of_request(service, *args, **named):
    action = action_of(service, *args, **named)
    return action.removesuffix("Batch") if service == "sqs" and action else action


iam_actions.extract_iam_action = action_of_request



def end_with_parent():
    """Whoever started this holds the other end of its input."""
    sys.stdin.read()
    os.killpg(0, signal.SIGKILL)


threading.Thread(target=end_with_parent, daemon=True).start()

# It would take port 443, too.
app._port_is_bindable = lambda host, port: False

app.main()
