"""A model behind an OpenAI-compatible endpoint, in a process of its own: run by the interpreter that has xllamacpp.

serve.py '{"path": "model.gguf", "n_ctx": 4096, "n_predict": 100, "endless": false}'
"""

import json
import sys
import threading

import xllamacpp  # type: ignore[import-not-found]


def main() -> None:
    """Serve until killed; the address is printed when the model is loaded."""
    said = json.loads(sys.argv[1])
    params = xllamacpp.CommonParams()
    params.model.path, params.hostnames, params.port = said["path"], ["127.0.0.1"], 0
    params.n_ctx, params.n_predict = said["n_ctx"], said["n_predict"]
    params.sampling.ignore_eos = said["endless"]
    params.n_parallel, params.warmup = 1, False
    # Several threads wait for one another busily: on a machine that does other things one is faster.
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = 1
    server = xllamacpp.Server(params)
    print("URL", server.listening_address, flush=True)
    threading.Event().wait()


main()
