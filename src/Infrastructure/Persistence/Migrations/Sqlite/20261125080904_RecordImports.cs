using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RecordImports : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_labelled_records_Class",
                table: "labelled_records");

            migrationBuilder.CreateTable(
                name: "record_imports",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    FileName = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    CreatedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    CreatedBy = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false),
                    Records = table.Column<int>(type: "INTEGER", nullable: false),
                    State = table.Column<string>(type: "TEXT", maxLength: 16, nullable: false),
                    LeaseUntil = table.Column<DateTime>(type: "TEXT", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_record_imports", x => x.Id);
                });

            // AddForeignKey would rebuild the table, which takes seconds for a million records and can't run in a transaction: a process that
            // ends meanwhile would leave half a migration. A nullable column may bring its reference with it.
            migrationBuilder.Sql(
                """
                ALTER TABLE "labelled_records" ADD COLUMN "ImportId" INTEGER NULL
                    CONSTRAINT "FK_labelled_records_record_imports_ImportId" REFERENCES "record_imports" ("Id") ON DELETE RESTRICT;
                """);

            migrationBuilder.CreateIndex(
                name: "IX_labelled_records_ImportId_Class",
                table: "labelled_records",
                columns: new[] { "ImportId", "Class" });

            migrationBuilder.CreateIndex(
                name: "IX_record_imports_State",
                table: "record_imports",
                column: "State");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropForeignKey(
                name: "FK_labelled_records_record_imports_ImportId",
                table: "labelled_records");

            migrationBuilder.DropTable(
                name: "record_imports");

            migrationBuilder.DropIndex(
                name: "IX_labelled_records_ImportId_Class",
                table: "labelled_records");

            migrationBuilder.DropColumn(
                name: "ImportId",
                table: "labelled_records");

            migrationBuilder.CreateIndex(
                name: "IX_labelled_records_Class",
                table: "labelled_records",
                column: "Class");
        }
    }
}
