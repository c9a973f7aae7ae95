// Which jobs of a workflow would run, for each of several events? Asked of GitHub's own parser and evaluator.
//
// Reads JSON: {"workflow": text, "contexts": [{"github": {...}, "vars": {...}, "inputs": {...}}, ...]}
// Writes JSON: {"errors": [text, ...], "conditions": {job: expression}, "runs": [[job, ...], ...]}
// `make setup` puts the modules into .venv/actions: no network, no account.
import { readFileSync } from "node:fs";
import { register } from "node:module";

// the parser imports its schema as JSON, which Node takes only with an attribute that the parser does not write
const hook = `import { readFileSync } from "node:fs";
export async function load(url, context, next) {
  if (!url.endsWith(".json")) return next(url, context);
  const source = "export default " + readFileSync(new URL(url), "utf8");
  return { format: "module", shortCircuit: true, source };
}`;
register("data:text/javascript," + encodeURIComponent(hook));

const modules = new URL("../../.venv/actions/node_modules/@actions/", import.meta.url);
const from = (path) => import(new URL(path, modules).href);
const { data, Evaluator, Lexer, Parser } = await from("expressions/dist/index.js");
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await from("workflow-parser/dist/index.js");

const CONTEXTS = ["github", "needs", "vars", "inputs"];
// what an event means where a workflow names no types of it
const USUAL_TYPES = { pull_request: ["opened", "synchronize", "reopened"], pull_request_target: ["opened", "synchronize", "reopened"] };

const asked = JSON.parse(readFileSync(0, "utf8"));
const parsed = parseWorkflow({ name: "workflow.yml", content: asked.workflow }, new NoOperationTraceWriter());
const template = parsed.value ? await convertWorkflowTemplate(parsed.context, parsed.value) : {};
const errors = parsed.context.errors.getErrors().map((error) => error.message);
const jobs = errors.length ? [] : template.jobs;
const runs = errors.length ? [] : asked.contexts.map(run);
const conditions = Object.fromEntries(jobs.map((job) => [job.id.value, job.if.expression]));
process.stdout.write(JSON.stringify({ errors: [...new Set(errors)], conditions, runs }));

/** Return the ids of the jobs that run, in order. */
function run(contexts) {
  if (!triggered(contexts.github)) return [];
  const results = {};
  for (let left = jobs; left.length; ) {
    const ready = left.filter((job) => needsOf(job).every((id) => id in results));
    if (!ready.length) throw new Error("the needs of these jobs are a circle");
    for (const job of ready) results[job.id.value] = holds(job, contexts, results) ? "success" : "skipped";
    left = left.filter((job) => !ready.includes(job));
  }
  return Object.keys(results).filter((id) => results[id] === "success");
}

function needsOf(job) {
  return (job.needs ?? []).map((token) => token.value);
}

/** Evaluate the condition of a job; the functions that tell how others went are not the evaluator's to know. */
function holds(job, contexts, results) {
  const needs = needsOf(job);
  const well = needs.every((id) => results[id] === "success");
  const status = { success: well, failure: false, cancelled: false, always: true };
  const functions = Object.entries(status).map(([name, value]) => ({
    name, minArgs: 0, maxArgs: 10, call: () => new data.BooleanData(value),
  }));
  const before = Object.fromEntries(needs.map((id) => [id, { result: results[id], outputs: {} }]));
  const all = JSON.stringify({ vars: {}, inputs: {}, ...contexts, needs: before });
  const { tokens } = new Lexer(job.if.expression).lex();
  const tree = new Parser(tokens, CONTEXTS, functions).parse();
  const known = new Map(functions.map((each) => [each.name, each]));
  const result = new Evaluator(tree, JSON.parse(all, data.reviver), known).evaluate();
  return isTrue(result);
}

/** What GitHub takes for false: false, null, 0, NaN, and the empty text. */
function isTrue(result) {
  if ([data.Kind.Array, data.Kind.Dictionary].includes(result.kind)) return true;
  return result.kind !== data.Kind.Null && Boolean(result.value);
}

/** Does `on:` name this event, its type, and its branch? */
function triggered(github) {
  const named = template.events?.[github.event_name];
  if (named === undefined) return false;
  const types = named.types ?? USUAL_TYPES[github.event_name];
  if (types && github.event.action && !types.includes(github.event.action)) return false;
  const branch = github.base_ref || (github.ref ?? "").replace(/^refs\/heads\//, "");
  if (["push", "pull_request", "pull_request_target"].includes(github.event_name)) {
    if (named["branches-ignore"]?.some((pattern) => fits(pattern, branch))) return false;
    if (named.branches && !named.branches.some((pattern) => fits(pattern, branch))) return false;
    if ((github.ref ?? "").startsWith("refs/tags/") && named.branches && !named.tags) return false;
  }
  return true;
}

function fits(pattern, name) {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, "\\$&");
  const source = escaped.replace(/\*\*|\*/g, (stars) => (stars === "**" ? ".*" : "[^/]*"));
  return new RegExp(`^${source}$`).test(name);
}
