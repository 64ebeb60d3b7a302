"""One execution of a state machine by moto's interpreter, or by LocalStack's where that is installed. What it does to the world it asks for, a line of JSON each: expressions,
calls of AWS and waiting are answered by whoever started it, so that the time is theirs. The last line says how the execution ended."""
import importlib
import importlib.util
import json
import logging
import re
import sys
import threading

from botocore.exceptions import ClientError

# moto's interpreter is LocalStack's, ported: all that is used here has the same names in both, in folders that differ in three.
IS_LOCALSTACK = importlib.util.find_spec("localstack") is not None
PACKAGE = "localstack.services.stepfunctions" if IS_LOCALSTACK else "moto.stepfunctions.parser"
TASKS, WAITS = ("state_execution.state_task", "state_wait") if IS_LOCALSTACK else ("exec.state_task", "wait")


def of(module):
    return importlib.import_module(f"{PACKAGE}.{module}")


custom_error_name = of("asl.component.common.error_name.custom_error_name")
retrier_decl = of("asl.component.common.retry.retrier_decl")
aws_sdk = of(f"asl.component.state.{TASKS}.service.state_task_service_aws_sdk")
wait_function = of(f"asl.component.state.{WAITS}.wait_function.wait_function")
jsonata = of("asl.jsonata.jsonata")
execution_worker = of("backend.execution_worker")

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



class Over:
    """Nobody else is told when an execution is over."""

    def terminated(self):
        pass


def ended_of(state):
    names = {"ProgramEnded": "SUCCEEDED", "ProgramError": "FAILED", "ProgramTimedOut": "TIMED_OUT", "ProgramStopped": "ABORTED"}
    return names[type(state).__name__], getattr(state, "error", None) or {}


begin = json.loads(sys.stdin.readline())
ARN = "arn:aws:states:eu-west-1:123456789012"
ROLE = "arn:aws:iam::123456789012:role/canary"
details = of("asl.eval.evaluation_details")
evaluation = details.EvaluationDetails(
    aws_execution_details=details.AWSExecutionDetails("123456789012", "eu-west-1", ROLE),
    execution_details=details.ExecutionDetails(f"{ARN}:execution:lambda-canary:rollout", "rollout", ROLE, begin["input"], ""),
    state_machine_details=details.StateMachineDetails(
        f"{ARN}:stateMachine:lambda-canary", "lambda-canary", "STANDARD", json.dumps(begin["definition"])
    ),
)
# What starts the execution comes back when it is over.
worker = execution_worker.SyncExecutionWorker(evaluation, Over(), None, {})
worker.start()
status, error = ended_of(worker.env.program_state())
history = worker.env.event_manager.get_event_history()
events = [{"type": str(event["type"].value if hasattr(event["type"], "value") else event["type"]), "state": (event.get("stateEnteredEventDetails") or {}).get("name")} for event in history]
output = worker.env.states.get_input() if status == "SUCCEEDED" else None
with lock:
    ended = {"status": status, "error": error.get("error"), "cause": error.get("cause"), "output": output}
    print(json.dumps({"ended": ended, "events": events}, default=str), flush=True)
