/**
 * From a cell's TypeScript to a script that can be run, with the stock compiler and without Node (a browser's worker
 * runs this file, too): the caller hands in the TypeScript module and a host for files.
 *
 * Each cell is a module of its own. What it declares is its export; a later cell that mentions such a name imports it
 * from the module that declared it last. So a value keeps the type and the variable that it was born with, whatever
 * later cells call by the same name, and neither side can break the other:
 *
 *   cell 1   let n = 1; const f = () => n;          | export { n as __n, f as __f };
 *   cell 2   n = 5; f()                             | declare let n: typeof import("./__cell__1").__n;
 *                                                   | import { __f as f } from "./__cell__1";
 *
 * What stands right of the bar is put behind the cell's text, so that lines and columns stay the cell's own. (An import
 * cannot be assigned to, hence the `declare` of what can.) Of an earlier cell the compiler sees its declarations, as
 * in a `.d.ts` file; if those cannot be written down, its source. What an earlier cell imported is imported again from
 * where it came: else the compiler would look, for each cell, through all that the first cell imports.
 *
 * A cell becomes JavaScript in two steps. The first takes away the types and leaves an ES module; script.cjs makes
 * that the body of a function.
 */

'use strict';

const { declarations, words } = require('./declarations.cjs');
const { completion, completeness, inspection } = require('./assistance.cjs');
const { toScript } = require('./script.cjs');

const EARLIER = '__cell__';
const IMPORT_ASSIGNED = 2632;
const WRITABLE = new Set(['let', 'var']);
const MODULE_TAG = /@module[ \t]+(\w+)/;
const JSX_TAG = /@jsx\b/;

/**
 * @param ts the TypeScript module
 * @param host folder (the notebook's, with forward slashes), libFolder (TypeScript's own declarations), typeRoots, paths,
 *   version(file) (changes with the file), fileExists, readFile, directoryExists, getDirectories, realpath
 */
function createConverter(ts, host) {
  const folder = host.folder.replace(/\/$/, '');
  const cellFile = `${folder}/${EARLIER}.ts`;
  const options = {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts', ...(host.lib ?? [])],
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    moduleDetection: ts.ModuleDetectionKind.Force,
    esModuleInterop: true,
    resolveJsonModule: true,
    allowJs: true,
    jsx: ts.JsxEmit.React,
    declaration: true,
    sourceMap: true,
    preserveConstEnums: true,
    newLine: ts.NewLineKind.LineFeed,
    skipLibCheck: true,
    outDir: `${folder}/${EARLIER}`,
    typeRoots: host.typeRoots,
    paths: host.paths,
  };
  options.types = ts.getAutomaticTypeDirectiveNames(options, host);

  /** Texts that are no files: the cell in work, earlier cells, modules that a cell defined. */
  const texts = new Map();
  const versions = new Map();
  const setText = (file, text) => {
    if (texts.get(file) === text) return;
    texts.set(file, text);
    versions.set(file, (versions.get(file) ?? 0) + 1);
  };
  const readText = file => texts.get(file) ?? host.readFile(file);

  const files = {
    fileExists: file => texts.has(file) || host.fileExists(file),
    readFile: readText,
    directoryExists: host.directoryExists,
    getDirectories: host.getDirectories,
    realpath: host.realpath,
    getCurrentDirectory: () => folder,
    useCaseSensitiveFileNames: host.useCaseSensitiveFileNames ?? true,
  };

  /**
   * Where imports lead is found once: by far the most are of packages' declarations, which stay as they are. What is
   * not found for a user's file is looked for again, because it may be there next time.
   */
  const found = new Map();
  const foundOnce = (key, importer, find) => {
    const before = found.get(key);
    if (before) return before;
    const result = find();
    const lasting = result.resolvedModule ?? result.resolvedTypeReferenceDirective;
    if (lasting || importer.includes('/node_modules/') || importer.startsWith(host.libFolder))
      found.set(key, result);
    return result;
  };
  const resolveModule = (name, importer) =>
    foundOnce(`${name} from ${importer.replace(/[^/]*$/, '')}`, importer, () =>
      ts.resolveModuleName(name, importer, options, files),
    );

  const packages = ts.createModuleResolutionCache(folder, name => name, options);

  const versionOf = file => (texts.has(file) ? `text ${versions.get(file)}` : host.version(file));
  const snapshots = new Map();
  const snapshotOf = file => {
    const version = versionOf(file);
    const before = snapshots.get(file);
    if (before?.version === version) return before.snapshot;
    const text = readText(file);
    const snapshot = text === undefined ? undefined : ts.ScriptSnapshot.fromString(text);
    snapshots.set(file, { version, snapshot });
    return snapshot;
  };

  /** What one cell imports and the next does not is kept, parsed, for the one after. */
  const documents = ts.createDocumentRegistry(files.useCaseSensitiveFileNames, folder);
  documents.releaseDocumentWithKey = () => {};

  const service = ts.createLanguageService(
    {
      ...files,
      getModuleResolutionCache: () => packages,
      resolveModuleNameLiterals: (literals, importer) =>
        literals.map(({ text }) => resolveModule(text, importer)),
      resolveTypeReferenceDirectiveReferences: (references, importer) =>
        references.map(reference => {
          const name = typeof reference === 'string' ? reference : reference.fileName;
          return foundOnce(`types ${name} from ${importer.replace(/[^/]*$/, '')}`, importer, () =>
            ts.resolveTypeReferenceDirective(name, importer, options, files),
          );
        }),
      getCompilationSettings: () => options,
      getScriptFileNames: () => [cellFile],
      getScriptVersion: versionOf,
      getScriptSnapshot: snapshotOf,
      getDefaultLibFileName: () => `${host.libFolder}/lib.d.ts`,
      readDirectory: host.readDirectory,
      useCaseSensitiveFileNames: () => files.useCaseSensitiveFileNames,
    },
    documents,
  );

  /** For each visible name the cell that it comes from, as a value, as a type and as a namespace. */
  const scope = new Map();
  /** The cells that add to the global scope or to other modules, with what they add. */
  let augmenting = [];
  let cells = 0;
  /** Version of each module beside the notebook that has been handed out. */
  const handedOut = new Map();

  const parse = text => ts.createSourceFile(cellFile, text, options.target, false, ts.ScriptKind.TS);
  const earlier = cell => `./${EARLIER}${cell}`;

  // Start now what every cell needs: TypeScript's own declarations and Node's.
  setText(cellFile, 'export {};');
  service.getProgram().getTypeChecker();

  /** The declarations that bring names of earlier cells into view. */
  function importsOf(names, { augmented = new Set() } = {}) {
    const lines = [];
    for (const name of names) {
      const { value, type, namespace } = scope.get(name) ?? {};
      const typed = type ?? namespace;
      const imported = ({ cell, again }) =>
        again?.(name) ?? `import { __${name} as ${name} } from "${earlier(cell)}";`;
      if (value && (WRITABLE.has(value.kind) || (typed && typed.cell !== value.cell))) {
        const word = WRITABLE.has(value.kind) ? 'let' : 'const';
        const doc = value.doc ? `/** ${value.doc.replaceAll('*/', '*\\/')} */ ` : '';
        if (value.again) lines.push(value.again(`__${name}`));
        const what = value.again ? `__${name}` : `import("${earlier(value.cell)}").__${name}`;
        lines.push(`${doc}declare ${word} ${name}: typeof ${what};`);
        if (typed) lines.push(imported(typed));
      } else if (value ?? typed) lines.push(imported(value ?? typed));
    }
    for (const { cell, adds } of augmenting)
      if (![...adds].some(what => augmented.has(what))) lines.push(`import "${earlier(cell)}";`);
    return lines.join('\n');
  }

  /**
   * Compiles a cell.
   * @returns diagnostics, if it has errors; else what `toScript` gives, the `modules` beside the notebook that it needs
   *   and that are new or changed ({ path, code }), and `keep()`, by which its names become visible to later cells;
   *   that gives the number under which the script must find them, and the numbers that are still in use
   */
  function convert(code) {
    const parsed = parse(code);
    if (parsed.parseDiagnostics.length > 0) return { diagnostics: describe(parsed.parseDiagnostics, code) };
    const declared = declarations(ts, parsed);
    const mentioned = [...words(ts, parsed)].filter(name => !declared.names.has(name) && scope.has(name));
    const exported = [...declared.names.keys()].map(name => `${name} as __${name}`).join(', ');
    const source = `${code}\nexport { ${exported} };\n${importsOf(mentioned, declared)}`;
    setText(cellFile, source);

    const program = service.getProgram();
    const file = program.getSourceFile(cellFile);
    const beside = program.getSourceFiles().filter(other => other !== file && isBeside(program, other));
    const errors = [file, ...beside.filter(({ fileName }) => /\.tsx?$/.test(fileName))].flatMap(checked => [
      ...program.getSyntacticDiagnostics(checked),
      ...program.getSemanticDiagnostics(checked),
    ]);
    const diagnostics = describe(errors, code);
    if (diagnostics.length > 0) return { diagnostics };

    const emitted = emit(program, file, code.length, declared.imports);
    const from = new Map();
    for (const name of mentioned) {
      const { value } = scope.get(name);
      if (value && !value.ambient) from.set(name, value.cell);
    }
    const meanings = meaningsOf(program.getTypeChecker(), file, declared);
    return {
      diagnostics,
      ...toScript(ts, { ...emitted, declared: declared.names, from }),
      modules: beside.flatMap(handOut),
      keep() {
        const cell = ++cells;
        const { declaration } = emitted;
        setText(
          `${folder}/${EARLIER}${cell}${declaration === undefined ? '.ts' : '.d.ts'}`,
          declaration ?? source,
        );
        for (const [name, meaning] of meanings) {
          const before = scope.get(name) ?? {};
          const here = {
            cell,
            kind: declared.names.get(name),
            again: declared.imports.get(name),
            ambient: declared.ambient.has(name),
            doc: meaning.doc,
          };
          scope.set(name, {
            value: meaning.value ? here : before.value,
            type: meaning.type ? here : before.type,
            namespace: meaning.namespace ? here : before.namespace,
          });
        }
        const { augmented } = declared;
        if (augmented.size > 0) {
          augmenting = augmenting.filter(({ adds }) => ![...adds].some(what => augmented.has(what)));
          augmenting.push({ cell, adds: augmented });
        }
        return { cell, inUse: new Set([...scope.values()].map(({ value }) => value?.cell)) };
      },
    };
  }

  /** What the names that a cell declares are: values, types, namespaces. */
  function meaningsOf(checker, file, { names }) {
    const found = new Map();
    for (const symbol of checker.getExportsOfModule(checker.getSymbolAtLocation(file))) {
      const name = symbol.name.slice(2);
      if (!symbol.name.startsWith('__') || !names.has(name)) continue;
      const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
      const unknown = checker.isUnknownSymbol(target);
      const means = flag => unknown || (target.flags & flag) !== 0;
      found.set(name, {
        value: means(ts.SymbolFlags.Value),
        type: means(ts.SymbolFlags.Type),
        namespace: means(ts.SymbolFlags.Namespace),
        doc: ts.displayPartsToString(target.getDocumentationComment(checker)),
      });
    }
    return found;
  }

  /** First step: JavaScript as an ES module, its map, and the declarations if they can be written down. */
  function emit(program, file, length, imports) {
    const emitted = {};
    program.emit(
      file,
      (name, text) => {
        if (name.endsWith('.d.ts')) emitted.declaration = text;
        else if (name.endsWith('.map')) emitted.map = JSON.parse(text);
        else emitted.code = text;
      },
      undefined,
      false,
      {
        before: [keepResult(length)],
        after: [() => file => withoutExports(file, length)],
        afterDeclarations: [() => file => withoutImports(file, imports)],
      },
    );
    return emitted;
  }

  /** The last statement of the cell, if it is an expression, leaves its value. */
  const keepResult = length => context => file => {
    const { factory } = context;
    const statements = [...file.statements];
    const at = statements.findLastIndex(statement => statement.end <= length);
    const last = statements[at];
    if (!last || !ts.isExpressionStatement(last)) return file;
    const result = factory.createPropertyAccessExpression(factory.createIdentifier(EARLIER), 'result');
    statements[at] = factory.updateExpressionStatement(
      last,
      factory.createAssignment(result, last.expression),
    );
    return factory.updateSourceFile(file, statements);
  };

  /**
   * A cell's `export`s say nothing that its declarations don't: the declarations stay, and what is evaluated. What was put
   * behind the cell's text was for the compiler.
   */
  function withoutExports(file, length) {
    const { factory } = ts;
    const statements = file.statements.flatMap(statement => {
      if (ts.isImportDeclaration(statement))
        return ts.getOriginalNode(statement).pos < length ? [statement] : [];
      if (ts.isExportDeclaration(statement))
        return statement.moduleSpecifier
          ? [factory.createImportDeclaration(undefined, undefined, statement.moduleSpecifier)]
          : [];
      if (ts.isExportAssignment(statement)) return [factory.createExpressionStatement(statement.expression)];
      const modifiers = statement.modifiers?.filter(
        ({ kind }) => kind !== ts.SyntaxKind.ExportKeyword && kind !== ts.SyntaxKind.DefaultKeyword,
      );
      if (!modifiers || modifiers.length === statement.modifiers.length) return [statement];
      if (ts.isVariableStatement(statement))
        return [factory.updateVariableStatement(statement, modifiers, statement.declarationList)];
      const { name, asteriskToken, typeParameters, parameters, type, body, heritageClauses, members } =
        statement;
      if (ts.isFunctionDeclaration(statement))
        return name
          ? [
              factory.updateFunctionDeclaration(
                statement,
                modifiers,
                asteriskToken,
                name,
                typeParameters,
                parameters,
                type,
                body,
              ),
            ]
          : [];
      if (!ts.isClassDeclaration(statement)) return [statement];
      if (name)
        return [
          factory.updateClassDeclaration(
            statement,
            modifiers,
            name,
            typeParameters,
            heritageClauses,
            members,
          ),
        ];
      const nameless = factory.createClassExpression(
        modifiers,
        name,
        typeParameters,
        heritageClauses,
        members,
      );
      return [factory.createExpressionStatement(factory.createParenthesizedExpression(nameless))];
    });
    return factory.updateSourceFile(file, statements);
  }

  /** Later cells import anew what this one imported: its declarations keep the imports that they mention themselves. */
  function withoutImports(file, imports) {
    const { factory } = ts;
    const isImport = statement => ts.isImportDeclaration(statement) && statement.importClause !== undefined;
    const others = file.statements.flatMap(statement => {
      if (isImport(statement)) return [];
      if (!ts.isExportDeclaration(statement) || statement.moduleSpecifier) return [statement];
      const { elements } = statement.exportClause;
      const own = elements.filter(
        ({ name, propertyName = name }) =>
          name.text !== `__${propertyName.text}` || !imports.has(propertyName.text),
      );
      return [factory.createExportDeclaration(undefined, false, factory.createNamedExports(own))];
    });
    const mentioned = new Set(others.flatMap(statement => [...words(ts, statement)]));
    const needed = file.statements.filter(isImport).filter(({ importClause: { name, namedBindings } }) => {
      const names = [name, namedBindings?.name, ...(namedBindings?.elements ?? []).map(({ name }) => name)];
      return names.some(name => name && mentioned.has(name.text));
    });
    return factory.updateSourceFile(file, [...needed, ...others]);
  }

  // ---- Modules beside the notebook -----------------------------------------------------------------------------

  const isBeside = (program, { fileName, isDeclarationFile }) =>
    !isDeclarationFile &&
    /\.[jt]sx?$/.test(fileName) &&
    !fileName.startsWith(`${folder}/${EARLIER}`) &&
    !fileName.includes('/node_modules/') &&
    !program.isSourceFileFromExternalLibrary(program.getSourceFile(fileName));

  /** A module beside the notebook as CommonJS, unless it was handed out before. */
  function handOut({ fileName, text, version }) {
    if (handedOut.get(fileName) === version) return [];
    handedOut.set(fileName, version);
    const { outputText } = ts.transpileModule(text, {
      fileName,
      compilerOptions: {
        target: options.target,
        module: ts.ModuleKind.CommonJS,
        esModuleInterop: true,
        jsx: options.jsx,
        newLine: options.newLine,
      },
    });
    return [{ path: fileName.replace(/\.[jt]sx?$/, '.js'), code: outputText }];
  }

  /** The module that a cell defines for later ones by `@module name` in a comment at its top; undefined if none. */
  function moduleNamed(code) {
    const comments = (ts.getLeadingCommentRanges(code, 0) ?? [])
      .map(({ pos, end }) => code.slice(pos, end))
      .filter(comment => comment.startsWith('/**'))
      .join('\n');
    const name = MODULE_TAG.exec(comments)?.[1];
    return name && `${folder}/${name}.ts${JSX_TAG.test(comments) ? 'x' : ''}`;
  }

  /** Defines a module, whether it has errors or not; returns them. */
  function addModule(path, code) {
    setText(path, code);
    setText(cellFile, `import "./${path.slice(folder.length + 1).replace(/\.tsx?$/, '')}";`);
    const program = service.getProgram();
    const file = program.getSourceFile(path);
    return describe(
      [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)],
      code,
    );
  }

  // ---- Errors --------------------------------------------------------------------------------------------------

  /** Diagnostics as the kernel shows them: places from 0, one for each sentence. What lies behind the cell is ours. */
  function describe(found, code) {
    const sorted = ts.sortAndDeduplicateDiagnostics(found);
    return sorted.flatMap(({ file, start, length, messageText, category, code: number }) => {
      if (!file || (file.fileName === cellFile && start > code.length)) return [];
      const place = offset => ({ offset, ...file.getLineAndCharacterOfPosition(offset) });
      const fileName = file.fileName === cellFile ? undefined : file.fileName.slice(folder.length + 1);
      const name = file.text.slice(start, start + length);
      return sentences(messageText).map((sentence, i) => ({
        start: place(start),
        end: place(start + length),
        messageText: inWords(sentence, number, name),
        category,
        code: number,
        ...(fileName !== undefined && i === 0 && { fileName }),
      }));
    });
  }

  const sentences = message =>
    typeof message === 'string'
      ? [message]
      : [message.messageText, ...(message.next ?? []).flatMap(sentences)];

  /** That names of earlier cells are imports, and from where, is our business. */
  function inWords(sentence, number, name) {
    const kind = scope.get(name)?.value?.kind;
    const known = number === IMPORT_ASSIGNED && kind !== undefined && kind !== 'import';
    const told = known
      ? sentence.replace(
          'an import',
          kind === 'const' ? 'a constant' : `${/^e/.test(kind) ? 'an' : 'a'} ${kind}`,
        )
      : sentence;
    return told.replace(new RegExp(`(typeof )?import\\("[^"]*${EARLIER}\\d*"\\)\\.(?:__)?`, 'g'), '$1');
  }

  // ---- Completion and inspection -------------------------------------------------------------------------------

  /** The cell with everything that earlier cells declared in view before it; gives the place where it begins. */
  function open(code) {
    const { names } = declarations(ts, parse(code));
    const before = `${importsOf([...scope.keys()].filter(name => !names.has(name)))}\nexport {};\n`;
    setText(cellFile, before + code);
    return before.length;
  }

  return {
    convert,
    moduleNamed,
    addModule,
    isComplete: code => completeness(parse(code)),
    complete: (code, position) => completion(service, cellFile, code, position, open(code)),
    inspect(code, position) {
      const info = inspection(ts, service, cellFile, position, open(code));
      const kind = info && scope.get(info.name)?.value?.kind;
      return info && (kind === 'import' ? info.whole : info.text);
    },
    /** Forgets every cell. */
    reset() {
      scope.clear();
      augmenting = [];
    },
    close: () => service.dispose(),
  };
}

module.exports = { createConverter };
