/** Problems of a file or a request, as a list: place, message, way out. */
import { type Problem, printProblem } from "../../keys/problem.ts";
import { printable } from "../../model/printable.ts";
import { type Html, html } from "../html.ts";

/** The daemon's words, which are English. */
export const problemList = (problems: readonly Problem[]): Html =>
  html`<ul class="problems" lang="en">${problems.map(
    (problem) => html`<li>${printProblem(printable(problem))}</li>`,
  )}</ul>`;
