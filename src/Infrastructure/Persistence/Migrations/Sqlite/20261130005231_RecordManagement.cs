using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ModelOps.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RecordManagement : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_record_imports_State",
                table: "record_imports");

            migrationBuilder.AddColumn<DateTime>(
                name: "WithdrawnAt",
                table: "record_imports",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "WithdrawnBy",
                table: "record_imports",
                type: "TEXT",
                maxLength: 256,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "record_corrections",
                columns: table => new
                {
                    Id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    RecordId = table.Column<long>(type: "INTEGER", nullable: false),
                    From = table.Column<int>(type: "INTEGER", nullable: false),
                    To = table.Column<int>(type: "INTEGER", nullable: false),
                    Reason = table.Column<string>(type: "TEXT", maxLength: 500, nullable: false),
                    CorrectedAt = table.Column<DateTime>(type: "TEXT", nullable: false),
                    CorrectedBy = table.Column<string>(type: "TEXT", maxLength: 256, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_record_corrections", x => x.Id);
                    table.ForeignKey(
                        name: "FK_record_corrections_labelled_records_RecordId",
                        column: x => x.RecordId,
                        principalTable: "labelled_records",
                        principalColumn: "Id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "IX_record_imports_State_Id",
                table: "record_imports",
                columns: new[] { "State", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_labelled_records_Class_Id",
                table: "labelled_records",
                columns: new[] { "Class", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_labelled_records_CreatedAt_Id",
                table: "labelled_records",
                columns: new[] { "CreatedAt", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_labelled_records_HbA1c_Age_Bmi_Gender_Class_ImportId",
                table: "labelled_records",
                columns: new[] { "HbA1c", "Age", "Bmi", "Gender", "Class", "ImportId" });

            migrationBuilder.CreateIndex(
                name: "IX_labelled_records_ImportId_Id",
                table: "labelled_records",
                columns: new[] { "ImportId", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_labelled_records_Source_Id",
                table: "labelled_records",
                columns: new[] { "Source", "Id" });

            migrationBuilder.CreateIndex(
                name: "IX_record_corrections_RecordId_Id",
                table: "record_corrections",
                columns: new[] { "RecordId", "Id" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "record_corrections");

            migrationBuilder.DropIndex(
                name: "IX_record_imports_State_Id",
                table: "record_imports");

            migrationBuilder.DropIndex(
                name: "IX_labelled_records_Class_Id",
                table: "labelled_records");

            migrationBuilder.DropIndex(
                name: "IX_labelled_records_CreatedAt_Id",
                table: "labelled_records");

            migrationBuilder.DropIndex(
                name: "IX_labelled_records_HbA1c_Age_Bmi_Gender_Class_ImportId",
                table: "labelled_records");

            migrationBuilder.DropIndex(
                name: "IX_labelled_records_ImportId_Id",
                table: "labelled_records");

            migrationBuilder.DropIndex(
                name: "IX_labelled_records_Source_Id",
                table: "labelled_records");

            migrationBuilder.DropColumn(
                name: "WithdrawnAt",
                table: "record_imports");

            migrationBuilder.DropColumn(
                name: "WithdrawnBy",
                table: "record_imports");

            migrationBuilder.CreateIndex(
                name: "IX_record_imports_State",
                table: "record_imports",
                column: "State");
        }
    }
}
