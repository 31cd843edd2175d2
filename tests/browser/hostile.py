#!/usr/bin/env python3
"""hostile.py <RECORDS >RECORDS: the same records, with texts that a page could take for code. Any text that runs
sets `owned`."""

import json
import sys

OWN = "window.owned=1"
TEXTS = {
    "host": f'<script>{OWN}</script><img src=x onerror="{OWN}">',
    "cpu": f"javascript:{OWN}",
    "kernel": f"--><svg onload='{OWN}'>]]>",
    "distribution": f"' onmouseover='{OWN}' x='",
    "compiler": f'" autofocus onfocus="{OWN}" tabindex="0',
}


def main():
    for line in sys.stdin:
        line = json.loads(line)
        if line["kind"] == "trial":
            line["machine"].update(TEXTS)
            line["machine"][f"</dt><script>{OWN}</script>"] = f"</dd><iframe srcdoc='<script>parent.owned=1</script>'>"
            line["suite"] = f"</title></style></script><script>{OWN}//{line['suite']}"
            line["workload"] = f"{line['suite']}/<b onclick={OWN}>{line['workload']}"
            line["params"]["style"] = f"</td><style>*{{display:none}}</style><a href='javascript:{OWN}'>"
            line["reason"] = f"</dl></main><meta http-equiv=refresh content='0;url=javascript:{OWN}'>&lt;"
            line["command"] = ["run", f"</code></pre><script>{OWN}</script>", f"</script><script>{OWN}"]
        print(json.dumps(line))


main()
