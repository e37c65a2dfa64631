/**
 * Forms with files (multipart/form-data, RFC 7578), read as other forms are: a file becomes a field
 * `name` and a field `text` behind it. Bounds hold while it is read; nothing touches the disk.
 */
import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream/promises";
import { Busboy } from "@fastify/busboy";
import { foreignBytesMax } from "../../config/import/imported.ts";

const filesMax = 16;
const fieldsMax = 64;

/** What a route says of its form. */
export interface FormConfig {
  readonly takesFiles?: boolean;
}

/** A form that cannot be read, as Fastify answers it. */
export class BadForm extends Error {
  readonly statusCode: 400 | 413 | 415;

  constructor(statusCode: 400 | 413 | 415, message: string) {
    super(message);
    this.statusCode = statusCode;
  }
}

/** Rejects with BadForm. `bytesMax`: of all fields and files together. */
export async function readUpload(
  request: IncomingMessage,
  bytesMax: number,
): Promise<URLSearchParams> {
  const form = new URLSearchParams();
  let bytes = 0;
  const take = (length: number): boolean => {
    bytes += length;
    return bytes <= bytesMax;
  };
  let refused: BadForm | null = null;
  const tooLarge = (): void => {
    refused ??= new BadForm(413, "the form is too large");
  };
  const type = request.headers["content-type"] ?? "";
  try {
    const parser = new Busboy({
      headers: { ...request.headers, "content-type": type },
      limits: {
        fieldNameSize: 100,
        fieldSize: foreignBytesMax,
        fields: fieldsMax,
        fileSize: foreignBytesMax,
        files: filesMax,
        parts: fieldsMax + filesMax,
        headerPairs: 20,
      },
    });
    parser.on("field", (name, value, nameCut, valueCut) => {
      if (nameCut || valueCut || !take(value.length)) tooLarge();
      else form.append(name, value);
    });
    parser.on("file", (_field, stream, filename) => {
      const chunks: Buffer[] = [];
      stream.on("data", (chunk: Buffer) => {
        if (take(chunk.length)) chunks.push(chunk);
        else tooLarge();
      });
      stream.on("limit", tooLarge);
      stream.on("end", () => {
        // A field for files in which none was chosen has a name of no letters.
        if (chunks.length === 0) return;
        form.append("name", filename ?? "");
        form.append("text", textOf(Buffer.concat(chunks)));
      });
    });
    for (const limit of ["filesLimit", "fieldsLimit", "partsLimit"] as const)
      parser.on(limit, tooLarge);
    await pipeline(request, parser);
  } catch {
    throw refused ?? new BadForm(400, "the form cannot be read");
  }
  if (refused !== null) throw refused;
  return form;
}

/** Old files are older than UTF-8, and what is no ASCII in them is mostly a comment. */
const textOf = (bytes: Buffer): string => bytes.toString(isUtf8(bytes) ? "utf8" : "latin1");
