"""Runs a command against a stand-in model and writes down the OTLP that its SDK sends.

    recorder.py OUTPUT_FILE COMMAND [ARGUMENT...]

One server on a free loopback port is both the model (story.py) and the OTLP/HTTP endpoint. Each
export request becomes one line of OUTPUT_FILE, in order of arrival, as OTLP JSON: hexadecimal IDs,
enums as integers, whichever encoding the SDK chose. Only what says something about the recording
machine is taken out: resource attributes of host, process and operating system, and the folders
that the command and its runtime were installed in.
"""

import base64
import gzip
import json
import os
import subprocess
import sys
import threading
import zlib
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

import story

REQUESTS = {"traces": ExportTraceServiceRequest, "logs": ExportLogsServiceRequest}
VOLATILE = ("host.", "process.", "os.", "service.instance.id", "container.")
IDS = ("traceId", "spanId", "parentSpanId")

recorded = []
recording = threading.Lock()


class Endpoint(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.body()
        signal = self.path.rsplit("/v1/", 1)[-1]
        if signal in REQUESTS:
            self.record(signal, body)
        elif signal == "metrics":
            self.reply(b"", "application/x-protobuf")
        else:
            self.model(body)

    def do_GET(self):
        self.reply(b"{}", "application/json")

    do_PATCH = do_GET

    def body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body = b""
            while size := int(self.rfile.readline().split(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        encoding = self.headers.get("Content-Encoding")
        if encoding == "gzip":
            body = gzip.decompress(body)
        elif encoding == "deflate":
            body = zlib.decompress(body)
        return body

    def record(self, signal, body):
        content_type = self.headers.get("Content-Type", "").split(";")[0]
        if content_type == "application/json":
            request = json.loads(body)
        else:
            message = REQUESTS[signal].FromString(body)
            request = hexadecimal(MessageToDict(message, use_integers_for_enums=True))
        with recording:
            recorded.append({"signal": signal, "request": without_machine(request)})
        reply = b"{}" if content_type == "application/json" else b""
        self.reply(reply, content_type)

    def model(self, body):
        request = json.loads(body or b"{}")
        answer = story.answer(self.path.split("?")[0], request)
        if os.environ.get("RECORDER_VERBOSE"):
            print(self.path, body.decode()[:2000], file=sys.stderr)
        if answer is None:
            self.reply(b"{}", "application/json")
        elif isinstance(answer, list):
            self.reply("".join(f"{event}\n\n" for event in answer).encode(), "text/event-stream")
        else:
            self.reply(json.dumps(answer).encode(), "application/json")

    def reply(self, body, content_type):
        self.send_response(200)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format, *arguments):
        if os.environ.get("RECORDER_VERBOSE"):
            super().log_message(format, *arguments)


def hexadecimal(value):
    """Protobuf's JSON has IDs in base64, OTLP's has them in hexadecimal."""
    if isinstance(value, list):
        return [hexadecimal(item) for item in value]
    if isinstance(value, dict):
        return {
            key: base64.b64decode(item).hex() if key in IDS else hexadecimal(item)
            for key, item in value.items()
        }
    return value


def without_machine(request):
    for resource in request.get("resourceSpans", request.get("resourceLogs", [])):
        attributes = resource.get("resource", {}).get("attributes", [])
        attributes[:] = [a for a in attributes if not a["key"].startswith(VOLATILE)]
    text = json.dumps(request, ensure_ascii=False)
    for folder, name in FOLDERS:
        text = text.replace(folder, name)
    return json.loads(text)


FOLDERS = sorted(
    {
        (os.path.realpath(os.getcwd()), "/app"),
        (os.getcwd(), "/app"),
        (os.path.realpath(sys.base_prefix), "/usr"),
        (sys.base_prefix, "/usr"),
        (os.environ.get("RECORDING_NODE", sys.base_prefix), "/usr"),
    },
    key=lambda pair: -len(pair[0]),
)


def main():
    output, command = sys.argv[1], sys.argv[2:]
    server = ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_address[1]}"
    environment = {
        **os.environ,
        "MOCK_URL": url,
        "OTEL_EXPORTER_OTLP_ENDPOINT": url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_SERVICE_NAME": "order-agent",
        "OTEL_RESOURCE_ATTRIBUTES": "service.version=2.4.1,deployment.environment.name=test",
        "OPENAI_BASE_URL": url + "/v1",
        "OPENAI_API_KEY": "none",
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": "none",
        "LANGSMITH_ENDPOINT": url,
        "LANGSMITH_API_KEY": "none",
        "LANGFUSE_HOST": url,
        "LANGFUSE_BASE_URL": url,
        "LANGFUSE_PUBLIC_KEY": "pk-lf-recorded",
        "LANGFUSE_SECRET_KEY": "sk-lf-recorded",
        "NO_PROXY": "127.0.0.1,localhost",
        "no_proxy": "127.0.0.1,localhost",
        "DO_NOT_TRACK": "1",
    }
    status = subprocess.run(command, env=environment, timeout=180).returncode
    server.shutdown()
    if status or not recorded:
        sys.exit(f"{' '.join(command)}: exit {status}, {len(recorded)} requests")
    with open(output, "w", encoding="utf-8") as file:
        for request in recorded:
            line = json.dumps(request, ensure_ascii=False, separators=(",", ":"))
            file.write(line.replace(url, "http://model.test") + "\n")


if __name__ == "__main__":
    main()
