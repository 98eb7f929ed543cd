/**
 * The second step of a cell's way to JavaScript: from an ES module to the body of a function
 *
 *   function (require, exports, __cell__) { ... }
 *
 * which the kernel (or a browser's worker) runs. `__cell__` is how the body and its host speak with each other:
 *   names({ n: [() => n, value => { n = value; }] })   what the cell declares, for later cells to read and to write
 *   require(name)                                      an imported module; "cell:3" is what cell 3 declared
 *   result                                             takes the value of the cell's last expression
 * `require` and `exports` are for the cell's own use; they are no parameters where the cell declares them itself.
 */

'use strict';

const { awaits, declarations } = require('./declarations.cjs');

const MAP_LINK = /\n?\/\/# sourceMappingURL=\S+\s*$/;
const WRITABLE = new Set(['let', 'var']);

/**
 * @param code the ES module, and its map to the cell
 * @param declared names that the cell's TypeScript declares, each with how
 * @param from names of earlier cells that it mentions, each with the number of its cell
 * @returns body, parameters, whether it must be an async function, and the maps for both steps; the body's map leads to
 *   lines of the ES module counted from 1, because line 0 is ours
 */
function toScript(ts, { code, map, declared, from }) {
  const module = code.replace(MAP_LINK, '');
  const { names } = declarations(ts, ts.createSourceFile('cell.js', module, ts.ScriptTarget.ES2022));
  const own = [...names].filter(([name]) => declared.has(name) && name !== 'undefined');
  const doors = own.map(([name]) => {
    const write = WRITABLE.has(declared.get(name)) ? `, $ => { ${name} = $; }` : '';
    return `${name}: [() => ${name}${write}]`;
  });
  const cells = new Set(from.values());
  const imports = [...cells].map(cell => {
    const mentioned = [...from.keys()].filter(name => from.get(name) === cell);
    return `import { ${mentioned.join(', ')} } from "cell:${cell}"; `;
  });
  const head = `${imports.join('')}__cell__.names({ ${doors.join(', ')} });\n`;

  let async = false;
  const finish = context => file => {
    async = awaits(ts, file);
    const { factory } = context;
    const visit = node => {
      if (
        isMade(node) &&
        ts.isCallExpression(node) &&
        ts.isIdentifier(node.expression) &&
        node.expression.text === 'require'
      )
        node = factory.updateCallExpression(
          node,
          factory.createPropertyAccessExpression(factory.createIdentifier('__cell__'), 'require'),
          undefined,
          node.arguments,
        );
      return ts.visitEachChild(node, visit, context);
    };
    const statements = file.statements.filter(statement => !marksModule(ts, statement));
    return ts.visitEachChild(factory.updateSourceFile(file, statements), visit, context);
  };
  const { outputText, sourceMapText } = ts.transpileModule(head + module, {
    fileName: 'cell.js',
    compilerOptions: {
      target: ts.ScriptTarget.ES2022,
      module: ts.ModuleKind.CommonJS,
      moduleDetection: ts.ModuleDetectionKind.Force,
      esModuleInterop: true,
      newLine: ts.NewLineKind.LineFeed,
      sourceMap: true,
    },
    transformers: { after: [finish] },
  });
  return {
    body: outputText.replace(MAP_LINK, ''),
    parameters: [...['require', 'exports'].filter(name => !declared.has(name)), '__cell__'],
    async,
    maps: { toTypeScript: map, toModule: JSON.parse(sourceMapText) },
  };
}

/** Whether the compiler made this node: it is nowhere in a text. */
const isMade = node => node.pos < 0;

/** `Object.defineProperty(exports, "__esModule", { value: true })` */
const marksModule = (ts, statement) =>
  isMade(statement) &&
  ts.isExpressionStatement(statement) &&
  ts.isCallExpression(statement.expression) &&
  statement.expression.arguments[1]?.text === '__esModule';

module.exports = { toScript };
