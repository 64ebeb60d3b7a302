"""One execution of a state machine by moto's interpreter. What it does to the world it asks for, a line of JSON each: expressions,
calls of AWS and waiting are answered by whoever started it, so that the time is theirs. The last line says how the execution ended."""
import json
import logging
import re
import sys
import threading

import moto.stepfunctions.parser.asl.component.common.error_name.custom_error_name as custom_error_name
import moto.stepfunctions.parser.asl.component.common.retry.retrier_decl as retrier_decl
import moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_aws_sdk as aws_sdk
import moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function as wait_function
import moto.stepfunctions.parser.asl.jsonata.jsonata as jsonata
from botocore.exceptions import ClientError
import moto.stepfunctions.parser.backend.execution as executions
from moto.stepfunctions.parser.backend.execution_worker import SyncExecutionWorker
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

# moto tells each error with all that it knows of the definition.
logging.disable()

lock = threading.Lock()


def ask(question):
    with lock:
        print(json.dumps(question), flush=True)
        return json.loads(sys.stdin.readline())


def evaluate(expression):
    answer = ask({"evaluate": expression})
    if "error" in answer:
        raise jsonata.JSONataException("UNKNOWN", answer["error"])
    return answer.get("value")


jsonata._eval_jsonata = evaluate
# Two divisions in an expression are no regular expression: what stands between them may name variables.
jsonata._PATTERN_VARIABLE_REFERENCE = re.compile(
    r"(?:\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*')|(\$\$|\$[A-Za-z0-9_$]+(?:\.[A-Za-z0-9_][A-Za-z0-9_$]*)*|\$)"
)


def declarations(bindings):
    # moto leaves quotation marks in a text as they are.
    return "".join(f"{name}:={jsonata.to_json_str(value)};" for name, value in bindings.items())


jsonata.encode_jsonata_variable_declarations = declarations
for module in list(sys.modules.values()):
    if hasattr(module, "encode_jsonata_variable_declarations"):
        module.encode_jsonata_variable_declarations = declarations

# Without this, an error of Step Functions' own cannot leave a branch, as it can on AWS.
custom_error_name.ILLEGAL_CUSTOM_ERROR_PREFIX = "no such prefix"


class Client:
    """Stands for a client of boto3: its errors are classes by the names of AWS's errors."""

    def __init__(self, service):
        self.service = service

    def __getattr__(self, action):
        def call(**arguments):
            answer = ask({"service": self.service, "action": action, "arguments": arguments})
            if "error" not in answer:
                return answer["value"]
            name, message = answer["error"], answer["message"]
            kind = type(name, (ClientError,), {})
            metadata = {"HTTPStatusCode": answer["status"], "RequestId": "none"}
            raise kind({"Error": {"Code": name, "Message": message}, "ResponseMetadata": metadata}, action)

        return call


# moto writes the names of services in errors as a resource does, AWS as its SDK does: by these the machine tells a refusal.
aws_sdk._SERVICE_ERROR_NAMES.update({"lambda": "Lambda", "cloudwatch": "CloudWatch"})

aws_sdk.boto_client_for = lambda service, region, state_credentials=None: Client(service)
wait_function.WaitFunction._wait_interval = lambda self, env, wait_seconds: ask({"wait": wait_seconds})


class Time:
    sleep = staticmethod(lambda seconds: ask({"wait": seconds}))


retrier_decl.time = Time

# What starts the execution comes back when it is over.
executions.ExecutionWorker = SyncExecutionWorker

begin = json.loads(sys.stdin.readline())
backend = StepFunctionsParserBackend("eu-west-1", "123456789012")
machine = backend.create_state_machine(
    name="lambda-canary",
    definition=json.dumps(begin["definition"]),
    roleArn="arn:aws:iam::123456789012:role/canary",
)
execution = backend.start_execution(machine.arn, "rollout", json.dumps(begin["input"]))
history = execution.exec_worker.env.event_manager.get_event_history()
events = [{"type": str(event["type"].value if hasattr(event["type"], "value") else event["type"]), "state": (event.get("stateEnteredEventDetails") or {}).get("name")} for event in history]
with lock:
    ended = {"status": str(execution.status), "error": execution.error, "cause": execution.cause, "output": execution.output}
    print(json.dumps({"ended": ended, "events": events}, default=str), flush=True)
