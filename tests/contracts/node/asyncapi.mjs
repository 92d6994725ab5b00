// node asyncapi.mjs FILE: one JSON line per diagnostic of @asyncapi/parser, then {"parsed": true | false}.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const { Parser } = createRequire(process.cwd() + "/")("@asyncapi/parser");
const { document, diagnostics } = await new Parser().parse(readFileSync(process.argv[2], "utf8"));
for (const { severity, code, path, message } of diagnostics) {
  console.log(JSON.stringify({ severity, code, at: path.join("/"), message }));
}
console.log(JSON.stringify({ parsed: Boolean(document) }));
