"""Calls AWS for a test in another language: a call as JSON on each line in, its answer on each line out."""

import json
import os
import sys

from botocore.session import get_session

session = get_session()
clients = {}


def call(service, operation, given):
    if service not in clients:
        # Not left to the environment: some services would look for their old addresses.
        clients[service] = session.create_client(service, endpoint_url=os.environ["AWS_ENDPOINT_URL"])
    client = clients[service]
    if client.can_paginate(operation):
        return client.get_paginator(operation).paginate(**given).build_full_result()
    return getattr(client, operation)(**given)


for line in sys.stdin:
    try:
        answer = {"result": call(*json.loads(line))}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(answer, default=str), flush=True)
