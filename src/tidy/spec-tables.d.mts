export function fillTables(markdown: string, tables: string): string;
export function writeSpecTables(isCheck: boolean): boolean;
